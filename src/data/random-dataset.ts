import { elementCount } from '../ir/shape.ts';
import type { DType, Tensor, TypedArray } from '../ir/types.ts';
import { newArray } from '../numerics/dtype.ts';
import { toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { createRng, type Rng } from '../numerics/rng.ts';
import type { DatasetInput } from './column.ts';
import type { Dataset } from './dataset.ts';

/**
 * Samples that test arithmetic when there is no data: standard normal floats, bytes over their whole range, wider
 * integers (often indices) 0 or 1. Sample i depends on the seed and i only.
 */
export function randomDataset(inputs: readonly DatasetInput[], count: number, seed: number): Dataset {
  return {
    name: `random numbers (seed ${seed})`,
    count,
    labels: null,
    sample(index) {
      const rng = createRng(seed * 65537 + index);
      return new Map(inputs.map((input) => [input.name, randomTensor(input, rng)]));
    },
  };
}

function randomTensor({ dtype, shape }: DatasetInput, rng: Rng): Tensor {
  const data: TypedArray = newArray(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = randomElement(dtype, rng);
  return { dtype, shape, data };
}

function randomElement(dtype: DType, rng: Rng): number | bigint {
  switch (dtype) {
    case 'f32':
    case 'f64':
      return rng.normal();
    case 'f16':
      return toFloat16Bits(rng.normal());
    case 'bf16':
      return toBfloat16Bits(rng.normal());
    case 'i8':
      return rng.int(-128, 127);
    case 'u8':
      return rng.int(0, 255);
    case 'i64':
    case 'u64':
      return BigInt(rng.int(0, 1));
    default:
      return rng.int(0, 1);
  }
}
