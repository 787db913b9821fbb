import { elementCount } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { Tensor } from '../ir/types.ts';
import type { DatasetInput } from './column.ts';
import type { Dataset } from './dataset.ts';
import { randomDataset } from './random-dataset.ts';

type Sample = ReadonlyMap<string, Tensor>;

/**
 * What a file is tried on: two samples of the data, or zeros, ones and random numbers. An index or a divisor may be no
 * good among these, but not in all of them.
 */
export function trialSamples(inputs: readonly DatasetInput[], dataset: Dataset | null): Sample[] {
  if (dataset) return [dataset.sample(0), dataset.sample(dataset.count - 1)];
  const all = (value: number): Sample => new Map(inputs.map((input) => [input.name, filled(input, value)]));
  return [all(0), all(1), randomDataset(inputs, 1, 1).sample(0)];
}

function filled({ dtype, shape }: DatasetInput, value: number): Tensor {
  const data = createData(dtype, elementCount(shape));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else data.fill(value);
  return { dtype, shape, data };
}
