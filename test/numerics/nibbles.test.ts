import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packNibbles, unpackNibbles } from '../../src/numerics/nibbles.ts';

const codes = fc.array(fc.integer({ min: -8, max: 7 }), { maxLength: 40 }).map((list) => Int8Array.from(list));

test('what is packed unpacks again, two codes to a byte', () => {
  fc.assert(
    fc.property(codes, (data) => {
      const bytes = packNibbles(data);
      expect(bytes.length).toBe(Math.ceil(data.length / 2));
      expect(unpackNibbles(bytes, data.length)).toEqual(data);
    }),
  );
});

test('the first code of a pair lies in the low half, a half without a code is 0', () => {
  expect(packNibbles([1, -2, -8])).toEqual(Uint8Array.of(0xe1, 0x08));
});
