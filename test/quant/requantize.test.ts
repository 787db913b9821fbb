import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roundHalfEven } from '../../src/numerics/float16.ts';
import {
  accumulatorBound,
  accumulatorFits,
  averageFactors,
  productScale,
  requantization,
} from '../../src/quant/requantize.ts';
import { requantize } from '../helpers/requantize.ts';

/** The real number a multiplier stands for. */
const effectiveScale = (multiplier: number, leftShift: number) => multiplier * 2 ** (leftShift - 32);

const scales = fc.array(
  fc.integer({ min: -3100, max: 800 }).map((e) => 2 ** (e / 100)),
  { minLength: 1, maxLength: 8 },
);

describe('requantization', () => {
  test.each([
    [[0.25], [2 ** 30], 0],
    [[0.5], [2 ** 30], 1],
    [[0.5 - 2 ** -40], [2 ** 30], 1],
    [[0.4999999998], [Math.round(0.4999999998 * 2 ** 32)], 0],
    [[1, 0.001], [2 ** 30, Math.round(0.001 * 2 ** 30)], 2],
    [[2 ** -40], [1], 0],
  ])('%j', (wanted, multiplier, leftShift) => {
    expect(requantization(wanted)).toEqual({ multiplier: Int32Array.from(multiplier), leftShift });
  });

  test.each([[[0]], [[-1]], [[Number.NaN]], [[Infinity]], [[2 ** 30]]])('refuses %j', (wanted) => {
    expect(() => requantization(wanted)).toThrow();
  });

  test('multipliers are in range and as near as they can be; the shift is the smallest', () => {
    fc.assert(
      fc.property(scales, (wanted) => {
        const { multiplier, leftShift } = requantization(wanted);
        wanted.forEach((scale, c) => {
          expect(multiplier[c]).toBeGreaterThan(0);
          const error = Math.abs(effectiveScale(multiplier[c], leftShift) - scale);
          const half = 2 ** (leftShift - 33);
          expect(error).toBeLessThanOrEqual(multiplier[c] === 1 ? 2 * half : half * (1 + 1e-9));
        });
        if (leftShift > 0) expect(Math.max(...wanted)).toBeGreaterThanOrEqual(2 ** (leftShift - 2) * (1 - 2 ** -31));
      }),
    );
  });

  test('the integer formula rounds the real product to the nearest code', () => {
    const accumulators = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(accumulators, scales, fc.integer({ min: -128, max: 127 }), (acc, wanted, zeroPoint) => {
        const { multiplier, leftShift } = requantization(wanted);
        fc.pre(accumulatorFits({ min: Math.min(acc, 0), max: Math.max(acc, 0) }, leftShift));
        wanted.forEach((_, c) => {
          const real = acc * effectiveScale(multiplier[c], leftShift) + zeroPoint;
          const y = requantize(acc, multiplier[c], leftShift, zeroPoint);
          const clamped = Math.min(Math.max(real, -128), 127);
          expect(Math.abs(y - clamped)).toBeLessThanOrEqual(0.5 + 1e-6);
        });
      }),
    );
  });
});

describe('accumulatorBound', () => {
  test('is reached, and by partial sums too', () => {
    expect(accumulatorBound([1, -2, 3, 4], 2, -128, 127)).toEqual({ min: -128 * 7, max: 127 * 7 });
    expect(accumulatorBound([1, -1], 1, -128, 127, [1000])).toEqual({ min: -255, max: 1255 });
    expect(accumulatorBound([1, -1], 1, 0, 127, [-1000])).toEqual({ min: -1127, max: 127 });
    expect(accumulatorBound([1, -1], 1, 5, 10)).toEqual({ min: -10, max: 10 });
  });

  test('no order of summation leaves it', () => {
    const int8 = fc.integer({ min: -128, max: 127 });
    const terms = fc.array(fc.tuple(int8, int8), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(terms, fc.integer({ min: -1e6, max: 1e6 }), fc.nat(20), (pairs, bias, biasAt) => {
        const { min, max } = accumulatorBound(
          pairs.map(([w]) => w),
          1,
          -128,
          127,
          [bias],
        );
        let sum = 0;
        pairs.forEach(([w, x], i) => {
          if (i === biasAt) sum += bias;
          sum += w * x;
          expect(sum).toBeGreaterThanOrEqual(min);
          expect(sum).toBeLessThanOrEqual(max);
        });
      }),
    );
  });

  test.each([
    [{ min: 0, max: 2 ** 31 - 1 }, 0, true],
    [{ min: 0, max: 2 ** 31 }, 0, false],
    [{ min: -(2 ** 31), max: 0 }, 0, true],
    [{ min: -(2 ** 30), max: 2 ** 30 - 1 }, 1, true],
    [{ min: 0, max: 2 ** 30 }, 1, false],
  ])('%j shifted by %d fits: %s', (bound, shift, fits) => expect(accumulatorFits(bound, shift)).toBe(fits));
});

test('average pooling: nearest code of the real mean, for each window size', () => {
  const counts = [1, 4, 6, 9, 25];
  const [inputScale, outputScale] = [0.02, 0.019];
  const { multiplier, leftShift } = requantization(averageFactors(inputScale, outputScale, counts));
  counts.forEach((count, i) => {
    for (let sum = -255 * count; sum <= 255 * count; sum += 7) {
      const real = Math.min(Math.max((sum * inputScale) / count / outputScale, -128), 127);
      expect(Math.abs(requantize(sum, multiplier[i], leftShift, 0) - real)).toBeLessThanOrEqual(0.5 + 1e-5);
    }
  });
});

test('product: nearest code of the real product', () => {
  const [s1, s2, sy] = [0.03, 0.05, 0.11];
  const { multiplier, leftShift } = requantization([productScale(s1, s2, sy)]);
  for (let a = -255; a <= 255; a += 5) {
    for (let b = -255; b <= 255; b += 5) {
      const real = Math.min(Math.max(roundHalfEven((a * s1 * b * s2) / sy), -128), 127);
      expect(Math.abs(requantize(a * b, multiplier[0], leftShift, 0) - real)).toBeLessThanOrEqual(1);
    }
  }
});
