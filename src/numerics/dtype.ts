import type { DType, TypedArray } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';

type ArrayType =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | BigUint64ArrayConstructor;

/** Array that holds one element per slot (f16 and bf16 as bits, bool as 0/1, sub-byte integers widened to a byte). */
const ARRAYS: Readonly<Record<Exclude<DType, 'string'>, ArrayType>> = {
  f32: Float32Array,
  f64: Float64Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
  i4: Int8Array,
  u4: Uint8Array,
  i2: Int8Array,
  u2: Uint8Array,
};

function arrayType(dtype: DType): ArrayType {
  invariant(dtype !== 'string', 'strings have no typed array');
  return ARRAYS[dtype];
}

/** Bytes one element takes in memory: 1 for i4, u4, i2 and u2, which are packed only in generated code. */
export function bytesPerElement(dtype: DType): number {
  return arrayType(dtype).BYTES_PER_ELEMENT;
}

/** Zeros; `count` elements. */
export function newArray(dtype: DType, count: number): TypedArray {
  return new (arrayType(dtype))(count);
}

/** The elements in `buffer`, which must be a whole number of elements. Shares the memory. */
export function viewArray(dtype: DType, buffer: ArrayBuffer): TypedArray {
  return new (arrayType(dtype))(buffer);
}

/** Smallest and largest value of an integer type of up to 32 bits (bool: 0 and 1); null for all other types. */
export function integerRange(dtype: DType): { readonly min: number; readonly max: number } | null {
  if (dtype === 'bool') return { min: 0, max: 1 };
  const match = /^([iu])(\d+)$/.exec(dtype);
  const bits = match ? Number(match[2]) : 64;
  if (!match || bits > 32) return null;
  return match[1] === 'i' ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
}

/** A whole number as an int64: INT64_MAX, which no double holds, arrives as 2^63 and leaves as itself. */
export function int64(value: number): bigint {
  return BigInt.asIntN(64, value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value));
}

export function int64s(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, int64);
}
