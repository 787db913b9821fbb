import type { Port } from '../ir/program.ts';
import { memoryToIndex } from '../ir/storage.ts';
import type { Tensor, TensorType, TypedArray } from '../ir/types.ts';
import { newArray } from '../numerics/dtype.ts';
import { quantizeArray } from '../quant/affine.ts';
import { must } from '../support/errors.ts';

/** A float sample as the model takes it: codes where the model's input is quantized. */
export function asModelInput(sample: Tensor, type: TensorType): Tensor {
  if (!type.quant || sample.dtype !== 'f32') return sample;
  const affine = { scale: type.quant.scale[0], zeroPoint: type.quant.zeroPoint[0] };
  return { dtype: type.dtype, shape: type.shape, data: quantizeArray(sample.data as Float32Array, affine) };
}

/** A tensor's bytes in the order in which the generated C holds it. */
export function toMemory(tensor: Tensor, port: Port): Uint8Array {
  const data = newArray(port.type.dtype, tensor.data.length);
  memoryToIndex(port.storage).forEach((index, position) => {
    data[position] = must(tensor.data[index], 'element');
  });
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The elements, in ONNX order, of what the generated C left in memory. */
export function fromMemory(bytes: Uint8Array, port: Port): TypedArray {
  const count = port.shape.reduce((a, b) => a * b, 1);
  const memory = newArray(port.type.dtype, count);
  new Uint8Array(memory.buffer).set(bytes);
  const data = newArray(port.type.dtype, count);
  memoryToIndex(port.storage).forEach((index, position) => {
    data[index] = memory[position];
  });
  return data;
}
