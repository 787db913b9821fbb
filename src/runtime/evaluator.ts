import { exportOnnx } from '../frontend/export-onnx.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { createSession, type OrtSession } from './ort-session.ts';

/** Runs graphs in onnxruntime; the session of the graph that ran last stays open. */
export interface Evaluator {
  /** Every graph output. Feeds: one tensor per graph input. Throws UserError RUNTIME. */
  evaluate(graph: Graph, feeds?: ReadonlyMap<ValueName, Tensor>): Promise<ReadonlyMap<ValueName, Tensor>>;
  release(): Promise<void>;
}

export function createEvaluator(): Evaluator {
  let current: { readonly graph: Graph; readonly session: OrtSession } | null = null;
  const release = async () => {
    const session = current?.session;
    current = null;
    await session?.release();
  };
  return {
    async evaluate(graph, feeds = new Map()) {
      if (current?.graph !== graph) {
        await release();
        current = { graph, session: await createSession(exportOnnx(graph)) };
      }
      return current!.session.run(feeds);
    },
    release,
  };
}
