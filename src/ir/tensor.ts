import { bytesPerElement, int64, viewArray } from '../numerics/dtype.ts';
import { toBfloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { invariant } from '../support/errors.ts';
import { elementCount } from './shape.ts';
import type { DType, Shape, Tensor, TensorType, TypedArray } from './types.ts';

/** Bits of one element as ONNX counts them (bool: 8); 0 for strings. */
export function bitsOf(dtype: DType): number {
  return dtype === 'bool' ? 8 : Number(/\d*$/.exec(dtype)?.[0]);
}

/** True for the types whose elements are real numbers, not integers (f16 and bf16 included). */
export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f64' || dtype === 'f16' || dtype === 'bf16';
}

/** Bytes of a tensor in memory, one element per byte for the sub-byte types. */
export function byteCount(type: { readonly dtype: DType; readonly shape: Shape }): number {
  return elementCount(type.shape) * bytesPerElement(type.dtype);
}

/** The type that holds one code of an activation per element. */
export function carrierOf({ bits }: { readonly bits: number }): DType {
  return bits > 8 ? 'i16' : 'i8';
}

/**
 * Whether a computed value of this type lies in the arena two codes to a byte: element 2i of its memory order in the low
 * half of byte i, element 2i + 1 in the high half. The run has no gaps at the ends of rows or pixels, so a view or a
 * slice is the same memory for packed codes as for others. Constants are never packed so.
 */
export function isPacked({ dtype, quant }: TensorType): boolean {
  return dtype === 'i8' && quant !== null && quant.bits <= 4;
}

/** A type of codes of 16 bits. */
export function isWide({ dtype, quant }: TensorType): boolean {
  return dtype === 'i16' && quant !== null;
}

/** The array that a computed value is in the arena: bytes of two codes for packed ones. */
export function arenaArray(type: TensorType): { readonly dtype: DType; readonly length: number } {
  const count = elementCount(type.shape);
  return isPacked(type) ? { dtype: 'u8', length: Math.ceil(count / 2) } : { dtype: type.dtype, length: count };
}

/** Bytes of a computed value in the arena. */
export function arenaBytes(type: TensorType): number {
  const { dtype, length } = arenaArray(type);
  return length * bytesPerElement(dtype);
}

/** Bytes of one element in the arena: a half for packed codes. */
export function elementBytes(type: TensorType): number {
  return isPacked(type) ? 1 / 2 : bytesPerElement(type.dtype);
}

/** Zeros. Strings have no data here: InvariantError. */
export function createData(dtype: DType, elements: number): TypedArray {
  return viewArray(dtype, new ArrayBuffer(elements * bytesPerElement(dtype)));
}

/** The array that holds these values, rounded as the array rounds (f16 and bf16: give the bits). */
export function dataOf(dtype: DType, values: ArrayLike<number | bigint>): TypedArray {
  const data = createData(dtype, values.length);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++) data[i] = wide ? wideInteger(values[i], dtype) : Number(values[i]);
  return data;
}

function wideInteger(value: number | bigint, dtype: DType): bigint {
  return dtype === 'i64' && typeof value === 'number' ? int64(value) : BigInt(value);
}

/** A constant from plain numbers in C order. */
export function tensorOf(dtype: DType, shape: Shape, values: ArrayLike<number | bigint>): Tensor {
  invariant(values.length === elementCount(shape), `${values.length} values do not fill [${shape}]`);
  return { dtype, shape, data: dataOf(dtype, values) };
}

/** A constant of one number, rounded to its type. */
export function scalarOf(dtype: DType, value: number): Tensor {
  const bits = dtype === 'f16' ? toFloat16Bits(value) : dtype === 'bf16' ? toBfloat16Bits(value) : value;
  return { dtype, shape: [], data: dataOf(dtype, [bits]) };
}

/** Elements as numbers; int64 beyond 2^53 loses its low bits, and so does nothing else. f16 and bf16: their bits. */
export function numbersOf(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The bytes of a tensor's elements as they lie in memory. */
export function bytesOf(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

export function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const left = bytesOf(a);
  const right = bytesOf(b);
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** '#' and eight hexadecimal digits: 32-bit FNV-1a of the elements' bytes. */
export function fingerprint(data: TypedArray): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return `#${(hash >>> 0).toString(16).padStart(8, '0')}`;
}
