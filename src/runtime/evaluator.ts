import { byteCount } from '../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { type GraphSession, openGraph } from './graph-session.ts';

/** Runs graphs in onnxruntime; sessions of those that ran last stay open, as far as they are small. */
export interface Evaluator {
  /** Every graph output. Feeds: one tensor per graph input. Throws UserError RUNTIME or TOO_LARGE. */
  evaluate(graph: Graph, feeds?: ReadonlyMap<ValueName, Tensor>): Promise<ReadonlyMap<ValueName, Tensor>>;
  release(): Promise<void>;
}

/** `memory` counts what graphs without inputs compute: constants that fold. */
export function createEvaluator(memory: MemoryBudget = new MemoryBudget()): Evaluator {
  /** Those that ran last come last. */
  const sessions = new Map<Graph, GraphSession>();
  return {
    async evaluate(graph, feeds = new Map()) {
      const session = sessions.get(graph) ?? (await open(graph));
      sessions.delete(graph);
      sessions.set(graph, session);
      return session.run(feeds);
    },
    release: () => releaseFirst([...sessions.keys()]),
  };

  async function open(graph: Graph): Promise<GraphSession> {
    const open = [...sessions.keys()];
    const kept = keptBeside(graph, open);
    await releaseFirst(open.slice(0, open.length - kept));
    if (graph.inputs.length === 0) countResults(graph, memory);
    return openGraph(graph);
  }

  async function releaseFirst(graphs: readonly Graph[]): Promise<void> {
    for (const graph of graphs) {
      const session = sessions.get(graph);
      sessions.delete(graph);
      await session?.release();
    }
  }
}

/** What sessions may keep beside the one in use: as many as a step of a recurrent layer has nodes, and their weights. */
const MOST_SESSIONS = 64;
const MOST_BYTES = 2 ** 24;

/** How many of the open ones, those that ran last, stay beside a new one. */
function keptBeside(graph: Graph, open: readonly Graph[]): number {
  let kept = 0;
  for (let bytes = weightBytes(graph); kept < Math.min(open.length, MOST_SESSIONS); kept++) {
    bytes += weightBytes(open[open.length - 1 - kept]);
    if (bytes > MOST_BYTES) break;
  }
  return kept;
}

function weightBytes({ constants }: Graph): number {
  return [...constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** onnxruntime holds every result on the way; all of them are counted before the first is made. */
function countResults(graph: Graph, memory: MemoryBudget): void {
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      const type = output === null ? undefined : graph.types.get(output);
      if (type) memory.take(byteCount(type), `a constant that ${node.op} '${node.name}' computes`);
    }
  }
}
