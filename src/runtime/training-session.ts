import type { Graph } from '../ir/types.ts';
import { type GraphSession, openGraph } from './graph-session.ts';

/**
 * Loads a graph for many runs, with onnxruntime's own optimizations. The same results on every run; those of several
 * threads may differ in the last bit from those of one.
 */
export function openTrainingSession(graph: Graph, { threads = 1 } = {}): Promise<GraphSession> {
  return openGraph(graph, { optimize: 'all', threads, keepMemory: true });
}
