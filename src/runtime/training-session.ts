import { exportOnnx } from '../frontend/export-onnx.ts';
import type { Graph } from '../ir/types.ts';
import { createSession, type OrtSession } from './ort-session.ts';

/**
 * Loads a graph for many runs, with onnxruntime's own optimizations. The same results on every run; those of several
 * threads may differ in the last bit from those of one.
 */
export function openTrainingSession(graph: Graph, { threads = 1 } = {}): Promise<OrtSession> {
  return createSession(exportOnnx(graph), { optimize: 'all', threads, keepMemory: true, flushDenormals: true });
}
