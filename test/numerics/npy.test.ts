import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createData } from '../../src/ir/tensor.ts';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { encodeElements } from '../../src/numerics/elements.ts';
import { readNpy, writeNpy } from '../../src/numerics/npy.ts';
import { UserError } from '../../src/support/errors.ts';

const NPY_TYPES: DType[] = ['f32', 'f64', 'f16', 'i8', 'i16', 'i32', 'i64', 'u8', 'u16', 'u32', 'u64', 'bool'];

/** A file as another writer would make it. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const length =
    version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.from([version, 0, ...length]),
    Buffer.from(header),
    data,
  ]);
}

test('any tensor survives the round trip', () => {
  const tensors = fc
    .tuple(fc.constantFrom(...NPY_TYPES), fc.array(fc.nat(4), { maxLength: 4 }), fc.nat(255))
    .map(([dtype, shape, seed]): Tensor => {
      const data = createData(
        dtype,
        shape.reduce((a, b) => a * b, 1),
      );
      new Uint8Array(data.buffer).forEach((_, i, all) => {
        all[i] = (i * 37 + seed) & 0x3f; // no NaN
      });
      return { dtype, shape, data };
    });
  fc.assert(
    fc.property(tensors, (tensor) => {
      expect(readNpy(writeNpy(tensor), 'x')).toEqual(tensor);
    }),
  );
});

test('data start at a multiple of 64 bytes', () => {
  const bytes = writeNpy({ dtype: 'f32', shape: [3], data: new Float32Array(3) });
  expect((bytes.length - 12) % 64).toBe(0);
});

test.each([1, 2, 3])('reads version %i, big endian', (version) => {
  const data = Int16Array.of(1, -2, 300);
  const bytes = npy("{'descr': '>i2', 'fortran_order': False, 'shape': (3,), }", encodeElements(data, 'BE'), version);
  expect(readNpy(bytes, 'x')).toEqual({ dtype: 'i16', shape: [3], data });
});

test('Fortran order becomes C order', () => {
  // Element (i, j, k) of shape [2, 3, 4] is 100 i + 10 j + k; the first axis runs fastest in the file.
  const stored = Float32Array.from(
    { length: 24 },
    (_, at) => 100 * (at % 2) + 10 * (Math.floor(at / 2) % 3) + Math.floor(at / 6),
  );
  const bytes = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }", encodeElements(stored, 'LE'));
  const expected = Float32Array.from(
    { length: 24 },
    (_, at) => 100 * Math.floor(at / 12) + 10 * (Math.floor(at / 4) % 3) + (at % 4),
  );
  expect(readNpy(bytes, 'x').data).toEqual(expected);
});

test.each([
  ['text', Buffer.from('hello, this is no array')],
  ['an empty file', Buffer.alloc(0)],
  ['a cut header', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Buffer.alloc(12)).subarray(0, 40)],
  ['missing data', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Buffer.alloc(11))],
  [
    'a hostile shape',
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 9), }", Buffer.alloc(12)),
  ],
  ['a huge shape', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000), }", Buffer.alloc(12))],
  ['a record array', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", Buffer.alloc(12))],
  ['objects', npy("{'descr': '|O8', 'fortran_order': False, 'shape': (1,), }", Buffer.alloc(8))],
  ['version 9', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Buffer.alloc(12), 9)],
])('refuses %s', (_, bytes) => {
  expect(() => readNpy(bytes, 'some.npy')).toThrow(UserError);
  expect(() => readNpy(bytes, 'some.npy')).toThrow(/^some\.npy: /);
});
