import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  affineOfRange,
  codeRange,
  dequantizeArray,
  quantizeArray,
  quantizeValue,
  realRange,
  symmetricScale,
} from '../../src/quant/affine.ts';
import { quantizeWeights } from '../../src/quant/per-channel.ts';

const bits = fc.constantFrom(2, 4, 8, 16);
const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 60), max: 2 ** 60 });
const ranges = fc.tuple(finite, finite).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

describe('affineOfRange', () => {
  test.each([
    [-128, 127, { scale: 1, zeroPoint: 0 }],
    [-1, 3, { scale: Math.fround(4 / 255), zeroPoint: -64 }],
    [0, 255, { scale: 1, zeroPoint: -128 }],
    [-255, 0, { scale: 1, zeroPoint: 127 }],
    [10, 255, { scale: 1, zeroPoint: -128 }],
    [0, 0, { scale: 1, zeroPoint: -128 }],
    [-1e-40, 1e-40, { scale: 1, zeroPoint: -128 }],
  ])('[%d, %d]', (min, max, expected) => expect(affineOfRange(min, max)).toEqual(expected));

  test('zero is exact, the zero point is a code, the scale is a float32', () => {
    fc.assert(
      fc.property(ranges, bits, ({ min, max }, bits) => {
        const codes = codeRange(bits);
        const affine = affineOfRange(min, max, codes);
        expect(Number.isInteger(affine.zeroPoint)).toBe(true);
        expect(affine.zeroPoint).toBeGreaterThanOrEqual(codes.min);
        expect(affine.zeroPoint).toBeLessThanOrEqual(codes.max);
        expect(Math.fround(affine.scale)).toBe(affine.scale);
        expect(affine.scale).toBeGreaterThan(0);
        expect(quantizeValue(0, affine, codes)).toBe(affine.zeroPoint);
      }),
    );
  });

  test('a value in the range is off by at most one step, by half a step where no code saturates', () => {
    fc.assert(
      fc.property(
        ranges,
        bits,
        fc.nat(1e6).map((n) => n / 1e6),
        ({ min, max }, bits, position) => {
          const codes = codeRange(bits);
          const affine = affineOfRange(min, max, codes);
          const x = Math.fround(min + position * (max - min));
          const error = Math.abs(x - affine.scale * (quantizeValue(x, affine, codes) - affine.zeroPoint));
          const reals = realRange(affine, codes);
          const inside = x >= reals.min && x <= reals.max;
          const slack = affine.scale * 2 ** (bits - 22); // float32 division, float32 scale
          if (max - min >= 2 ** -90) expect(error).toBeLessThanOrEqual(affine.scale * (inside ? 0.5 : 1) + slack);
        },
      ),
    );
  });
});

describe('quantize', () => {
  test('codes survive the round trip', () => {
    const codes = Int8Array.from({ length: 256 }, (_, i) => i - 128);
    const affine = { scale: Math.fround(0.037), zeroPoint: -5 };
    expect(quantizeArray(dequantizeArray(codes, affine), affine)).toEqual(codes);
  });

  test('ties go to even, outliers and infinities saturate', () => {
    const affine = { scale: 1, zeroPoint: 0 };
    expect([...quantizeArray(Float32Array.of(0.5, 1.5, -2.5, 300, -300, Infinity, -Infinity), affine)]).toEqual([
      0, 2, -2, 127, -128, 127, -128,
    ]);
  });
});

describe('quantizeWeights', () => {
  test('one scale per channel, codes -127 .. 127', () => {
    const { codes, scale } = quantizeWeights([1, -2, 0.5, 0.25, 0, 0], [3, 2], 0);
    expect([...codes]).toEqual([64, -127, 127, 64, 0, 0]);
    expect(scale).toEqual([Math.fround(2 / 127), Math.fround(0.5 / 127), 1]);
  });

  test('channels along the last axis', () => {
    expect(quantizeWeights([1, 10, -2, -5], [2, 2], 1).scale).toEqual([Math.fround(2 / 127), Math.fround(10 / 127)]);
  });

  test('a floor under the scale', () => {
    expect(quantizeWeights([1, 1], [2, 1], 0, { minScale: [0.5, 0] }).codes).toEqual(Int8Array.of(2, 127));
    expect(symmetricScale(0, 127, 0.25)).toBe(0.25);
  });

  test('every weight is off by at most half a step', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 12, maxLength: 12 }), fc.constantFrom(4, 8), (data, bits) => {
        const { codes, scale } = quantizeWeights(data, [2, 3, 2], 1, { bits });
        data.forEach((x, i) => {
          const step = scale[Math.floor(i / 2) % 3];
          expect(Math.abs(codes[i])).toBeLessThanOrEqual(2 ** (bits - 1) - 1);
          expect(Math.abs(x - codes[i] * step)).toBeLessThanOrEqual(Math.max(step * (0.5 + 1e-4), 2 ** -90));
        });
      }),
    );
  });
});
