import { elementCount, rowMajorStrides } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { DType, Shape, Tensor, TypedArray } from '../ir/types.ts';
import { invariant } from '../support/errors.ts';
import { own } from '../support/own.ts';
import { badData } from './bad-data.ts';
import { bytesPerElement } from './dtype.ts';
import { decodeElements, encodeElements } from './elements.ts';

const MAGIC = '\x93NUMPY';
const MAX_RANK = 32;

const DTYPE_OF: Readonly<Record<string, DType>> = {
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
  b1: 'bool',
  i1: 'i8',
  i2: 'i16',
  i4: 'i32',
  i8: 'i64',
  u1: 'u8',
  u2: 'u16',
  u4: 'u32',
  u8: 'u64',
};

/**
 * Reads an NPY file (versions 1 to 3, either byte order); Fortran order is brought into C order.
 * `name` is what errors call it. Throws UserError BAD_DATA unless the data fill the shape exactly.
 */
export function readNpy(bytes: Uint8Array, name: string): Tensor {
  const { descr, fortranOrder, shape, dataStart } = readHeader(bytes, name);
  const dtype = own(DTYPE_OF, descr.slice(1));
  const order = descr[0] === '>' ? 'BE' : 'LE';
  if (!dtype || !'<>|='.includes(descr[0])) {
    throw badData(name, `element type '${descr}' is not supported`, 'save it as float32 or as an integer type');
  }
  const expected = elementCount(shape) * bytesPerElement(dtype);
  const actual = bytes.length - dataStart;
  if (actual !== expected) {
    throw badData(name, `shape [${shape}] of ${dtype} needs ${expected} bytes of data, the file has ${actual}`);
  }
  const data = decodeElements(dtype, bytes.subarray(dataStart), order);
  return { dtype, shape, data: fortranOrder ? fromFortranOrder(dtype, shape, data) : data };
}

/** NPY version 1, little endian, C order. bf16 has no NPY type; sub-byte integers become bytes. */
export function writeNpy({ dtype, shape, data }: Tensor): Uint8Array {
  const stored = ({ i4: 'i8', i2: 'i8', u4: 'u8', u2: 'u8' } as Partial<Record<DType, DType>>)[dtype] ?? dtype;
  const code = Object.keys(DTYPE_OF).find((key) => DTYPE_OF[key] === stored);
  invariant(code, `NPY cannot hold ${dtype}`);
  const descr = `${bytesPerElement(stored) === 1 ? '|' : '<'}${code}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10; // the data start at a multiple of 64
  const header = `${MAGIC}\x01\x00${String.fromCharCode(length & 255, length >> 8)}${text.padEnd(length - 1)}\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), encodeElements(data, 'LE')]);
}

/**
 * Magic, version (2 bytes), header length (2 bytes little endian in version 1, else 4), then a Python dict literal
 * such as {'descr': '<f4', 'fortran_order': False, 'shape': (16, 640), }.
 */
function readHeader(bytes: Uint8Array, name: string) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 12 || file.toString('latin1', 0, 6) !== MAGIC) throw badData(name, 'this is not an NPY file');
  const version = file[6];
  if (version < 1 || version > 3) throw badData(name, `NPY version ${version} is unknown`);
  const textStart = version === 1 ? 10 : 12;
  const dataStart = textStart + (version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8));
  if (dataStart > file.length) throw badData(name, 'the header reaches beyond the end of the file');

  const text = file.toString('latin1', textStart, dataStart);
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]{2,8})['"]/.exec(text)?.[1];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || dimensions === undefined) {
    throw badData(name, 'the header lacks a simple descr, fortran_order or shape', 'record arrays are not supported');
  }
  const shape = dimensions
    .split(',')
    .map((word) => word.replace('L', '').trim())
    .filter((word) => word !== '')
    .map(Number);
  if (shape.length > MAX_RANK || !shape.every(Number.isSafeInteger) || !Number.isSafeInteger(elementCount(shape) * 8)) {
    throw badData(name, `shape (${dimensions.trim().slice(0, 80)}) is not sensible`);
  }
  return { descr, fortranOrder: fortran === 'True', shape, dataStart };
}

/** Fortran order is C order of the reversed shape: element (i, j, k) lies at k * I*J + j * I + i. */
function fromFortranOrder(dtype: DType, shape: Shape, data: TypedArray): TypedArray {
  const result = createData(dtype, data.length);
  const steps = rowMajorStrides([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
