import type { Dataset } from '../data/dataset.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { withGraph } from '../runtime/graph-session.ts';
import { must } from '../support/errors.ts';
import { asModelInput } from '../verify/samples.ts';

/** A float graph, and what became of it: `oracle` computes in plain ONNX what the C of `graph` does. */
export interface Pair {
  readonly floatGraph: Graph;
  readonly graph: Graph;
  readonly oracle: Graph;
}

export type Values = ReadonlyMap<ValueName, Tensor>;

export interface RunOptions {
  /** At most so many samples, spread over the data set. Default: all. */
  readonly samples?: number;
  /** Values to look at. Default: the outputs. */
  readonly outputs?: readonly ValueName[];
  progress?(done: number, total: number): void;
}

/**
 * Runs both in onnxruntime and shows what each sample gives, `index` being its place in the data set.
 * @throws UserError RUNTIME.
 */
export async function runBoth(
  { floatGraph, graph, oracle }: Pair,
  dataset: Dataset,
  options: RunOptions,
  visit: (index: number, float: Values, quantized: Values) => void,
): Promise<void> {
  const count = Math.min(options.samples ?? dataset.count, dataset.count);
  const wanted = options.outputs ? { outputs: options.outputs } : {};
  await withGraph(floatGraph, wanted, (float) =>
    withGraph(oracle, wanted, async (quantized) => {
      for (let i = 0; i < count; i++) {
        const index = Math.floor((i * dataset.count) / count);
        const sample = dataset.sample(index);
        const codes = graph.inputs.map((input) => {
          const type = must(graph.types.get(input), input);
          return [input, asModelInput(must(sample.get(input), input), type)] as const;
        });
        visit(index, await float.run(sample), await quantized.run(new Map(codes)));
        options.progress?.(i + 1, count);
      }
    }),
  );
}
