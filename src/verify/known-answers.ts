import type { Dataset } from '../data/dataset.ts';
import type { Port, Program } from '../ir/program.ts';
import { arenaArray } from '../ir/tensor.ts';
import type { Graph, Tensor, TypedArray } from '../ir/types.ts';
import { viewArray } from '../numerics/dtype.ts';
import { withGraph } from '../runtime/graph-session.ts';
import { must } from '../support/errors.ts';
import { asModelInput, toMemory } from './samples.ts';
import { firstCodes } from './state-codes.ts';

/** One sample: elements of each input and of each output, in the order in which the generated C holds them. */
export interface KnownAnswer {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
}

/** Up to `count` samples spread over the data set, with what onnxruntime computes for them from the oracle. */
export function knownAnswers(
  { program, oracle }: { readonly program: Program; readonly oracle: Graph },
  dataset: Dataset,
  count: number,
): Promise<KnownAnswer[]> {
  return withGraph(oracle, {}, async (session) => {
    const answers: KnownAnswer[] = [];
    const total = Math.min(count, dataset.count);
    for (let i = 0; i < total; i++) {
      const sample = dataset.sample(Math.floor((i * dataset.count) / total));
      const feeds = new Map([
        ...program.inputs.map(
          ({ value, type }) => [value, asModelInput(must(sample.get(value), value), type)] as const,
        ),
        ...firstCodes(program),
      ]);
      const results = await session.run(feeds);
      answers.push({
        inputs: program.inputs.map((port) => inMemory(must(feeds.get(port.value), port.value), port)),
        outputs: program.outputs.map((port) => inMemory(must(results.get(port.value), port.value), port)),
      });
    }
    return answers;
  });
}

function inMemory(tensor: Tensor, port: Port): TypedArray {
  return viewArray(arenaArray(port.type).dtype, toMemory(tensor, port).slice().buffer);
}
