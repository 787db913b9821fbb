import type { Port } from '../ir/program.ts';
import { memoryToIndex } from '../ir/storage.ts';
import { bytesOf, isPacked } from '../ir/tensor.ts';
import type { Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';
import { newArray } from '../numerics/dtype.ts';
import { packNibbles, unpackNibbles } from '../numerics/nibbles.ts';
import { codeRange, dequantizeArray, quantizeArray } from '../quant/affine.ts';
import { must } from '../support/errors.ts';

/** A float sample as the model takes it: codes where the model's input is quantized. */
export function asModelInput(sample: Tensor, type: TensorType): Tensor {
  if (!type.quant || sample.dtype !== 'f32') return sample;
  const affine = { scale: type.quant.scale[0], zeroPoint: type.quant.zeroPoint[0] };
  const data = quantizeArray(sample.data as Float32Array, affine, codeRange(type.quant.bits));
  return { dtype: type.dtype, shape: type.shape, data };
}

/** Where the C takes codes and the file numbers, the file is given the numbers that the codes stand for. */
export function codesAsNumbers(
  inputs: readonly Port[],
  sample: ReadonlyMap<ValueName, Tensor>,
  feed: ReadonlyMap<ValueName, Tensor>,
): [ValueName, Tensor][] {
  return inputs.flatMap(({ value, type: { quant, shape } }) => {
    if (!quant || sample.get(value)?.dtype !== 'f32') return [];
    const { data } = must(feed.get(value), value);
    const affine = { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
    return [[value, { dtype: 'f32' as const, shape, data: dequantizeArray(data as Int8Array, affine) }]];
  });
}

/** A tensor's bytes in the order in which the generated C holds it. */
export function toMemory(tensor: Tensor, port: Port): Uint8Array {
  const data = newArray(port.type.dtype, tensor.data.length);
  memoryToIndex(port.storage).forEach((index, position) => {
    data[position] = must(tensor.data[index], 'element');
  });
  return isPacked(port.type) ? packNibbles(data as Int8Array) : bytesOf({ ...tensor, data });
}

/** The elements, in ONNX order, of what the generated C left in memory. */
export function fromMemory(bytes: Uint8Array, port: Port): TypedArray {
  const memory = elementsOf(bytes, port.type);
  const data = newArray(port.type.dtype, memory.length);
  memoryToIndex(port.storage).forEach((index, position) => {
    data[index] = memory[position];
  });
  return data;
}

/** One element per array slot, in memory order. */
function elementsOf(bytes: Uint8Array, type: TensorType): TypedArray {
  const count = type.shape.reduce((a, b) => a * b, 1);
  if (isPacked(type)) return unpackNibbles(bytes, count);
  const memory = newArray(type.dtype, count);
  new Uint8Array(memory.buffer).set(bytes);
  return memory;
}
