import { typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { codeRange, quantizeArray } from '../../quant/affine.ts';
import { UserError } from '../../support/errors.ts';
import type { Dataset, PassContext } from '../pass.ts';

export type Feeds = ReadonlyMap<ValueName, Tensor>;

/** The data set, or UserError BAD_DATA when there is none. `pass` needs it. */
export function requireDataset({ dataset }: Pick<PassContext, 'dataset'>, pass: string): Dataset {
  if (dataset && dataset.length > 0) return dataset;
  throw new UserError({
    code: 'BAD_DATA',
    message: `${pass} needs calibration data: samples of the real input`,
    hint: 'pass --calibrate with an NPY, NPZ or IDX file, or stay in float32 with --precision float32',
  });
}

/** Up to `count` samples one after the other, spread over the whole set: files are often sorted by class. */
export async function* calibrationSamples(
  dataset: Dataset,
  count: number,
  ctx: Pick<PassContext, 'signal' | 'progress'>,
): AsyncGenerator<Feeds> {
  const indices = spreadIndices(dataset, count);
  for (const [i, index] of indices.entries()) {
    ctx.signal?.throwIfAborted();
    yield await dataset.sample(index);
    ctx.progress(i + 1, indices.length);
  }
}

/** Which samples these are. */
export function spreadIndices({ length }: Dataset, count: number): number[] {
  const samples = Math.min(count, length);
  return Array.from({ length: samples }, (_, i) => Math.floor((i * length) / samples));
}

/** A float sample as a quantized graph takes it: codes where its inputs are codes. */
export function asCodes(graph: Graph, feeds: Feeds): Feeds {
  return new Map(
    [...feeds].map(([input, tensor]): [ValueName, Tensor] => {
      const { dtype, quant, shape } = typeOf(graph, input);
      if (!quant || tensor.dtype !== 'f32') return [input, tensor];
      const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
      return [input, { dtype, shape, data: quantizeArray(tensor.data as Float32Array, affine, codeRange(quant.bits)) }];
    }),
  );
}
