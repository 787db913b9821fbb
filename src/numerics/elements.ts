import { endianness } from 'node:os';
import type { DType, TypedArray } from '../ir/types.ts';
import { bytesPerElement, viewArray } from './dtype.ts';

export type ByteOrder = 'LE' | 'BE';

/** The elements stored in `bytes` (a whole number of them), copied into an aligned array of their own. */
export function decodeElements(dtype: DType, bytes: Uint8Array, order: ByteOrder): TypedArray {
  const copy = new Uint8Array(bytes);
  if (order !== endianness()) reverseEach(copy, bytesPerElement(dtype));
  return viewArray(dtype, copy.buffer);
}

/** The inverse: a copy of the elements as bytes in this order. */
export function encodeElements(data: TypedArray, order: ByteOrder): Uint8Array {
  const copy = new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (order !== endianness()) reverseEach(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

function reverseEach(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
}
