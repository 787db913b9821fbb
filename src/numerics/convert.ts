import type { Tensor } from '../ir/types.ts';
import { fromBfloat16Bits, fromFloat16Bits } from './float16.ts';

/**
 * Element `i` as a number: f16 and bf16 are decoded, 64-bit integers are rounded to the nearest double.
 * Not for strings.
 */
export function elementReader({ dtype, data }: Tensor): (i: number) => number {
  if (dtype === 'f16') return (i) => fromFloat16Bits(Number(data[i]));
  if (dtype === 'bf16') return (i) => fromBfloat16Bits(Number(data[i]));
  return (i) => Number(data[i]);
}

/** All elements as float32; the very array when it is one already. */
export function toFloat32Array(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  const read = elementReader(tensor);
  const result = new Float32Array(tensor.data.length);
  for (let i = 0; i < result.length; i++) result[i] = read(i);
  return result;
}
