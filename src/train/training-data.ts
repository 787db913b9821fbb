import { elementCount } from '../ir/shape.ts';
import type { Tensor, ValueName } from '../ir/types.ts';
import { newArray } from '../numerics/dtype.ts';
import { createRng } from '../numerics/rng.ts';
import { invariant, UserError } from '../support/errors.ts';

/** Samples to train on, inputs and targets alike. */
export interface TrainingData {
  readonly length: number;
  /** Feeds by graph input, these samples stacked along dimension 0. */
  batch(indices: readonly number[]): ReadonlyMap<ValueName, Tensor> | Promise<ReadonlyMap<ValueName, Tensor>>;
}

/** Tensors that hold one sample per index of dimension 0, by graph input. */
export function tensorData(tensors: ReadonlyMap<ValueName, Tensor>): TrainingData {
  const lengths = [...new Set([...tensors.values()].map(({ shape }) => shape[0]))];
  invariant(lengths.length === 1, `tensors of ${lengths} samples`);
  return {
    length: lengths[0],
    batch: (indices) => new Map([...tensors].map(([name, tensor]) => [name, takeRows(tensor, indices)])),
  };
}

/** Tensors of one shape one after the other along dimension 0. */
export function stackTensors(parts: readonly Tensor[]): Tensor {
  const [{ dtype, shape, data: first }] = parts;
  const data = newArray(dtype, parts.length * first.length);
  for (const [i, part] of parts.entries()) data.set(part.data as never, i * first.length);
  return { dtype, shape: shape.with(0, parts.length * shape[0]), data };
}

/** Some of the samples, in this order. */
export function subset(data: TrainingData, indices: readonly number[]): TrainingData {
  return { length: indices.length, batch: (wanted) => data.batch(wanted.map((i) => indices[i])) };
}

/** Two parts drawn at random: `held` has the share (0 .. 1) of the samples, rounded. Throws UserError BAD_DATA when one is empty. */
export function holdBack(data: TrainingData, share: number, seed: number): { train: TrainingData; held: TrainingData } {
  const order = createRng(seed).shuffle(Array.from({ length: data.length }, (_, i) => i));
  const count = Math.round(data.length * share);
  if (count < 1 || count >= data.length) {
    throw new UserError({
      code: 'BAD_DATA',
      message: `${data.length} samples cannot be divided into ${data.length - count} to train on and ${count} to judge by`,
      hint: 'give more samples',
    });
  }
  return { train: subset(data, order.slice(count)), held: subset(data, order.slice(0, count)) };
}

function takeRows({ dtype, shape, data }: Tensor, indices: readonly number[]): Tensor {
  const size = elementCount(shape.slice(1));
  const rows = newArray(dtype, indices.length * size);
  for (const [i, index] of indices.entries()) {
    rows.set(data.subarray(index * size, (index + 1) * size) as never, i * size);
  }
  return { dtype, shape: shape.with(0, indices.length), data: rows };
}
