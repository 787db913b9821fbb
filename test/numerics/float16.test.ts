import { expect, test } from 'vitest';
import {
  fromBfloat16Bits,
  fromFloat16Bits,
  roundHalfEven,
  toBfloat16Bits,
  toFloat16Bits,
} from '../../src/numerics/float16.ts';

const ALL_BITS = Array.from({ length: 0x10000 }, (_, bits) => bits);

test.each([
  ['f16', toFloat16Bits, fromFloat16Bits],
  ['bf16', toBfloat16Bits, fromBfloat16Bits],
] as const)('%s: every bit pattern that is not NaN survives the round trip', (_, encode, decode) => {
  const broken = ALL_BITS.filter((bits) => !Number.isNaN(decode(bits)) && encode(decode(bits)) !== bits);
  expect(broken).toEqual([]);
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [-1e9, 0xfc00],
  [-0, 0x8000],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -25 * 1.0001, 1],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -12, 0x4000],
  [2 ** -14 - 2 ** -26, 0x0400],
  [Number.NaN, 0x7e00],
  [Infinity, 0x7c00],
])('f16 of %d is %d', (x, bits) => expect(toFloat16Bits(x)).toBe(bits));

test('bf16 is the upper half of float32, rounded to even', () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let i = 0; i < 20000; i++) {
    bits[0] = Math.imul(i, 2654435761);
    if (!Number.isFinite(float[0])) continue;
    const expected = Number((BigInt(bits[0]) + 0x7fffn + ((BigInt(bits[0]) >> 16n) & 1n)) >> 16n);
    expect(toBfloat16Bits(float[0])).toBe(expected);
  }
});

test('ties go to even', () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundHalfEven).map((x) => x + 0)).toEqual([
    -2, -2, 0, 0, 2, 2, 2, 3,
  ]);
});
