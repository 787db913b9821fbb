import { bitsOf, createData } from '../ir/tensor.ts';
import type { DType, TypedArray } from '../ir/types.ts';

/** TensorProto.DataType, as in onnx.proto of ONNX 1.22. */
const CODES: Readonly<Record<DType, number>> = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  string: 8,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
  bf16: 16,
  u4: 21,
  i4: 22,
  u2: 25,
  i2: 26,
};

/** Types that no tensor here can have, for messages. */
const FOREIGN: Readonly<Record<number, string>> = {
  0: 'undefined',
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  23: 'float4e2m1',
  24: 'float8e8m0',
};

const BY_CODE = new Map(Object.entries(CODES).map(([dtype, code]) => [code, dtype as DType]));

export function codeOf(dtype: DType): number {
  return CODES[dtype];
}

/** Null for the types no tensor here can have. */
export function dtypeOfCode(code: number): DType | null {
  return BY_CODE.get(code) ?? null;
}

/** For messages: 'f32', 'float8e5m2', 'number 99'. */
export function nameOfCode(code: number): string {
  return dtypeOfCode(code) ?? FOREIGN[code] ?? `number ${code}`;
}

/** Bytes of `elements` elements in raw_data, where 4- and 2-bit types are packed. */
export function packedBytes(dtype: DType, elements: number): number {
  return Math.ceil((elements * bitsOf(dtype)) / 8);
}

/**
 * raw_data (exactly packedBytes() bytes, little-endian, the first element in the lowest bits of a byte)
 * to one element per slot. The result never shares the memory of `bytes`.
 */
export function unpack(dtype: DType, bytes: Uint8Array, elements: number): TypedArray {
  const data = createData(dtype, elements);
  const bits = bitsOf(dtype);
  if (bits >= 8) {
    new Uint8Array(data.buffer).set(bytes);
    return data;
  }
  const signed = data instanceof Int8Array;
  const perByte = 8 / bits;
  for (let i = 0; i < elements; i++) {
    const raised = bytes[Math.floor(i / perByte)] << (32 - bits - bits * (i % perByte));
    data[i] = signed ? raised >> (32 - bits) : raised >>> (32 - bits);
  }
  return data;
}

/** One element per slot to raw_data, in its own memory. */
export function pack(dtype: DType, data: TypedArray): Uint8Array {
  const bits = bitsOf(dtype);
  if (bits >= 8) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  const perByte = 8 / bits;
  const bytes = new Uint8Array(packedBytes(dtype, data.length));
  for (let i = 0; i < data.length; i++) {
    bytes[Math.floor(i / perByte)] |= (Number(data[i]) & ((1 << bits) - 1)) << (bits * (i % perByte));
  }
  return bytes;
}
