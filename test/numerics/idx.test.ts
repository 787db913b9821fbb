import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tensor } from '../../src/ir/types.ts';
import { readIdx } from '../../src/numerics/idx.ts';
import { UserError } from '../../src/support/errors.ts';
import { writeIdx } from '../helpers/write-idx.ts';

const tensors: Tensor[] = [
  { dtype: 'u8', shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) },
  { dtype: 'i16', shape: [2], data: Int16Array.of(-2, 300) },
  { dtype: 'f32', shape: [1, 1], data: Float32Array.of(1.5) },
  { dtype: 'f64', shape: [0], data: new Float64Array(0) },
];

test.each(tensors)('$dtype$shape survives the round trip', (tensor) => {
  expect(readIdx(writeIdx(tensor), 'x')).toEqual(tensor);
  expect(readIdx(writeIdx(tensor, true), 'x')).toEqual(tensor);
});

test('the bytes are those of the MNIST container', () => {
  expect([...writeIdx(tensors[0])]).toEqual([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);
});

test.each([
  ['a bomb', gzipSync(Buffer.concat([writeIdx(tensors[0]), Buffer.alloc(1e7)])), 'do not fill 18 bytes'],
  [
    'a huge shape in a small file',
    gzipSync(Buffer.from([0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 1])),
    'more than it can hold',
  ],
  ['a shape beyond all bounds', Buffer.from([0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255]), 'is not sensible'],
  ['missing values', writeIdx(tensors[0]).subarray(0, 17), 'makes 18 bytes, the file has 17'],
  ['a cut gzip file', writeIdx(tensors[0], true).subarray(0, 25), 'damaged'],
  ['no IDX inside gzip', gzipSync('hello'), 'this is not an IDX file'],
  ['a wrong type', Buffer.from([0, 0, 7, 1, 0, 0, 0, 0]), 'this is not an IDX file'],
  ['an empty file', Buffer.alloc(0), 'this is not an IDX file'],
  ['a header without its dimensions', Buffer.from([0, 0, 8, 3, 0, 0, 0, 1]), 'this is not an IDX file'],
])('refuses %s', (_, bytes, message) => {
  expect(() => readIdx(bytes, 'some.gz')).toThrow(UserError);
  expect(() => readIdx(bytes, 'some.gz')).toThrow(message);
});

test('any bytes give a tensor or a UserError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (tail, compress) => {
      const file = Buffer.concat([Buffer.from([0, 0, 8]), tail]);
      try {
        readIdx(compress ? gzipSync(file) : file, 'x');
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    }),
  );
});
