import { dataOf } from '../../src/ir/tensor.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { elementReader } from '../../src/numerics/convert.ts';
import { toBfloat16Bits, toFloat16Bits } from '../../src/numerics/float16.ts';
import { createRng } from '../../src/numerics/rng.ts';
import type { RandomModel } from './random-model.ts';

const MOST = (2 - 2 ** -23) * 2 ** 127;
/** No number, infinities, the largest numbers, large ones, such that lose digits, and the other zero. */
const KINDS: readonly (readonly number[])[] = [
  [Number.NaN],
  [Infinity],
  [-Infinity],
  [MOST, -MOST],
  [1e20, -3e20],
  [1e-40, -3e-42],
  [-0, 0],
];
/** How many elements are such. */
const SHARES: readonly number[] = [0.1, 0.3, 1];

/** The model on data some of whose real numbers are no numbers, infinite, or at the ends of float32: one to three kinds of these. */
export function wild(model: RandomModel): RandomModel {
  const rng = createRng(Math.imul(model.index, 0x9e3779b1) + 7);
  const numbers = rng
    .shuffle([...KINDS])
    .slice(0, rng.int(1, 3))
    .flat();
  const share = SHARES[rng.int(0, SHARES.length - 1)];
  const pick = (x: number) => (rng.uniform() < share ? numbers[rng.int(0, numbers.length - 1)] : x);
  const feeds = new Map([...model.feeds].map(([name, tensor]) => [name, withNumbers(tensor, pick)]));
  return { ...model, feeds };
}

function withNumbers(tensor: Tensor, pick: (x: number) => number): Tensor {
  const { dtype, shape, data } = tensor;
  if (!['f32', 'f64', 'f16', 'bf16'].includes(dtype)) return tensor;
  const read = elementReader(tensor);
  const bits = dtype === 'f16' ? toFloat16Bits : dtype === 'bf16' ? toBfloat16Bits : (x: number) => x;
  const made = Array.from({ length: data.length }, (_, i) => bits(pick(read(i))));
  return { dtype, shape, data: dataOf(dtype, made) };
}
