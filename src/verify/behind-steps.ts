import { exportOnnx } from '../frontend/export-onnx.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { createSession, type OrtSession } from '../runtime/ort-session.ts';
import { must } from '../support/errors.ts';

/** Operators that make a whole step of a difference in the last bit. */
const STEPS: ReadonlySet<string> = new Set(
  (
    'Round Floor Ceil Sign Mod Cast CastLike QuantizeLinear DynamicQuantizeLinear ArgMax ArgMin TopK Hardmax Equal Less ' +
    'LessOrEqual Greater GreaterOrEqual NonMaxSuppression Unique IsInf IsNaN'
  ).split(' '),
);

/**
 * The graph that became C, run by onnxruntime like the file. Where the two agree the file was read well, and what the C makes
 * of it differently is for the judge of layers, who sees each step with the very numbers that it rounded.
 */
export interface GraphRun {
  /** One tensor per output, for the inputs of the C. */
  run(feed: ReadonlyMap<ValueName, Tensor>): Promise<Tensor[]>;
  release(): Promise<void>;
}

/** Null where the graph has no steps: there the outputs of the C have to agree with the file themselves. */
export function graphRun({ graph, oracle }: { readonly graph: Graph; readonly oracle: Graph }): GraphRun | null {
  if (!graph.nodes.some(({ op }) => STEPS.has(op))) return null;
  let session: OrtSession | null = null;
  return {
    async run(feed) {
      session ??= await createSession(exportOnnx(oracle));
      const results = await session.run(feed);
      return oracle.outputs.map((output) => must(results.get(output), output));
    },
    async release() {
      await session?.release();
    },
  };
}
