import { bitsOf, createData } from '../../ir/tensor.ts';
import type { Tensor, TypedArray } from '../../ir/types.ts';
import { badModel, show } from '../bad-model.ts';
import { dtypeOfCode, nameOfCode, packedBytes, unpack } from '../data-types.ts';

/** A TensorProto as plain data. At most one of the payloads is filled. */
export interface TensorFields {
  readonly name: string;
  readonly code: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array | null;
  readonly floats: readonly number[];
  readonly int32s: readonly number[];
  readonly doubles: readonly number[];
  readonly int64s: readonly bigint[];
  readonly uint64s: readonly bigint[];
  /** Keys and values of external_data when the data lie in another file. */
  readonly external: ReadonlyMap<string, string> | null;
  readonly segmented: boolean;
}

/** Reads exactly `bytes` bytes of external data, or throws a UserError. */
export type ReadExternal = (entries: ReadonlyMap<string, string>, bytes: number, where: string) => Uint8Array;

const MAX_RANK = 32;
const MAX_DIMENSION = 2 ** 31 - 1;
const MAX_ELEMENTS = 2 ** 31 - 1;

/**
 * The tensor in whatever legal encoding it comes, or the reason why it cannot be used.
 * Nothing is allocated before the bytes that fill it are known to exist. Throws BAD_MODEL.
 */
export function decodeTensor(fields: TensorFields, readExternal: ReadExternal): Tensor | string {
  const where = `tensor ${show(fields.name)}`;
  const elements = countElements(fields.dims, where);
  const dtype = dtypeOfCode(fields.code);
  if (dtype === 'string') return 'strings cannot become C';
  if (!dtype) return `element type ${nameOfCode(fields.code)} is not supported`;
  if (fields.segmented) return 'segmented tensors are not supported';

  let data: TypedArray;
  const bytes = packedBytes(dtype, elements);
  if (fields.external) {
    data = unpack(dtype, readExternal(fields.external, bytes, where), elements);
  } else if (fields.raw && fields.raw.length > 0) {
    if (fields.raw.length !== bytes)
      badModel(`raw_data has ${fields.raw.length} bytes, the shape needs ${bytes}`, where);
    data = unpack(dtype, fields.raw, elements);
  } else {
    data = fromTypedFields(fields, dtype, elements, where);
  }
  if (dtype === 'bool') for (let i = 0; i < elements; i++) data[i] = data[i] ? 1 : 0;
  return { dtype, shape: [...fields.dims], data };
}

/** Product of the dimensions, each checked. */
export function countElements(dims: readonly number[], where: string): number {
  if (dims.length > MAX_RANK) badModel(`a tensor has ${dims.length} dimensions, more than ${MAX_RANK}`, where);
  let elements = 1;
  for (const dimension of dims) {
    if (!(dimension >= 0)) badModel(`a dimension is ${dimension}`, where);
    if (dimension > MAX_DIMENSION) badModel(`a dimension of ${dimension} is too large`, where);
    elements *= dimension;
  }
  if (elements > MAX_ELEMENTS) badModel(`a tensor of ${elements} elements is too large`, where);
  return elements;
}

/** The typed repeated field of the element type; types of 16 bits and fewer, and bool, share int32_data. */
function fromTypedFields(fields: TensorFields, dtype: Tensor['dtype'], elements: number, where: string): TypedArray {
  const bits = bitsOf(dtype);
  const source =
    dtype === 'f32'
      ? fields.floats
      : dtype === 'f64'
        ? fields.doubles
        : dtype === 'i64'
          ? fields.int64s
          : dtype === 'u32' || dtype === 'u64'
            ? fields.uint64s
            : fields.int32s;
  const expected = bits < 8 ? packedBytes(dtype, elements) : elements;
  if (source.length !== expected) {
    badModel(`the data have ${source.length} entries, the shape needs ${expected}`, where);
  }
  if (bits < 8) return unpack(dtype, Uint8Array.from(source, Number), elements);
  const data = createData(dtype, elements);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < elements; i++) data[i] = BigInt(source[i]);
  } else {
    for (let i = 0; i < elements; i++) data[i] = Number(source[i]);
  }
  return data;
}
