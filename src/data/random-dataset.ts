import { elementCount } from '../ir/shape.ts';
import { isFloat } from '../ir/tensor.ts';
import type { DType, Tensor, TypedArray } from '../ir/types.ts';
import { integerRange, newArray } from '../numerics/dtype.ts';
import { toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { createRng, type Rng } from '../numerics/rng.ts';
import type { DatasetInput } from './column.ts';
import type { Dataset } from './dataset.ts';
import type { Domain } from './input-domains.ts';

/**
 * Samples that test arithmetic when there is no data: standard normal floats, bytes over their whole range, wider
 * integers (often indices) 0 or 1; but always numbers for which the operators that read them are defined. Sample i depends on
 * the seed and i only.
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

function randomTensor({ dtype, shape, domain }: DatasetInput, rng: Rng): Tensor {
  const data: TypedArray = newArray(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = domain ? elementOf(domain, dtype, rng) : randomElement(dtype, rng);
  return { dtype, shape, data };
}

/** Real numbers evenly over a domain with two ends, at normal distances from a single one; integers evenly. */
function elementOf({ min, max, integer }: Domain, dtype: DType, rng: Rng): number | bigint {
  if (!isFloat(dtype)) {
    const type = integerRange(dtype) ?? { min: dtype === 'u64' ? 0 : -(2 ** 31), max: 2 ** 31 };
    const [from, to] = [Math.max(Math.ceil(min), type.min), Math.min(Math.floor(max), type.max)];
    const drawn = rng.int(from, Math.min(to, from + 255));
    return dtype === 'i64' || dtype === 'u64' ? BigInt(drawn) : drawn;
  }
  const real = max < Infinity ? min + (max - min) * rng.uniform() : min + Math.abs(rng.normal());
  const x = integer ? rng.int(min, max) : real;
  return dtype === 'f16' ? toFloat16Bits(x) : dtype === 'bf16' ? toBfloat16Bits(x) : x;
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
