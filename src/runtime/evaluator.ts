import { byteCount } from '../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { type GraphSession, openGraph } from './graph-session.ts';

/** Runs graphs in onnxruntime; the session of the graph that ran last stays open. */
export interface Evaluator {
  /** Every graph output. Feeds: one tensor per graph input. Throws UserError RUNTIME or TOO_LARGE. */
  evaluate(graph: Graph, feeds?: ReadonlyMap<ValueName, Tensor>): Promise<ReadonlyMap<ValueName, Tensor>>;
  release(): Promise<void>;
}

/** `memory` counts what graphs without inputs compute: constants that fold. */
export function createEvaluator(memory: MemoryBudget = new MemoryBudget()): Evaluator {
  let current: { readonly graph: Graph; readonly session: GraphSession } | null = null;
  const release = async () => {
    const session = current?.session;
    current = null;
    await session?.release();
  };
  return {
    async evaluate(graph, feeds = new Map()) {
      if (current?.graph !== graph) {
        await release();
        if (graph.inputs.length === 0) countResults(graph, memory);
        current = { graph, session: await openGraph(graph) };
      }
      return current!.session.run(feeds);
    },
    release,
  };
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
