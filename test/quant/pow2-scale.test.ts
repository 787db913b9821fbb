import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realRange } from '../../src/quant/affine.ts';
import { createObserver } from '../../src/quant/observers.ts';
import { quantizeWeights } from '../../src/quant/per-channel.ts';
import { isPow2, nearestPow2Affine, pow2AffineOfRange, pow2AtLeast } from '../../src/quant/pow2-scale.ts';
import { requantization } from '../../src/quant/requantize.ts';
import { shiftRequantization } from '../../src/quant/shift-requantize.ts';

const finite = fc.double({ noNaN: true, min: -(2 ** 20), max: 2 ** 20 });

test('pow2AtLeast is the next power of two, and stays where rounding noise put it above', () => {
  for (const [x, power] of [
    [1, 1],
    [1.01, 2],
    [0.75, 1],
    [0.25 + 2 ** -40, 0.25],
    [2 ** -90, 2 ** -90],
  ] as const) {
    expect(pow2AtLeast(x)).toBe(power);
  }
});

describe('pow2AffineOfRange', () => {
  test('holds the range and zero, with a power of two', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const [min, max] = [Math.min(a, b, 0), Math.max(a, b, 0)];
        const affine = pow2AffineOfRange(min, max);
        expect(isPow2(affine.scale)).toBe(true);
        if (max - min < 2 ** -100) return;
        const held = realRange(affine);
        // A range that fills all codes may stick out by half a step at the end that rounding chose.
        expect(held.min).toBeLessThanOrEqual(min + affine.scale / 2);
        expect(held.max).toBeGreaterThanOrEqual(max - affine.scale * (1 / 2 + 2 ** -10));
      }),
    );
  });

  test('gives back scale and zero point of the range of its codes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -30, max: 20 }), fc.integer({ min: -128, max: 127 }), (exponent, zeroPoint) => {
        const affine = { scale: 2 ** exponent, zeroPoint };
        const { min, max } = realRange(affine);
        expect(pow2AffineOfRange(min, max)).toEqual(affine);
      }),
    );
  });
});

test('the finer of two scales wins when what it cuts off is rare', () => {
  const error = (wanted: number) => (affine: { scale: number }) =>
    Math.abs(Math.log2(affine.scale) - Math.log2(wanted));
  expect(nearestPow2Affine(0, 300, error(2)).scale).toBe(2);
  expect(nearestPow2Affine(0, 300, error(1)).scale).toBe(1);
});

test.each(['mse', 'minmax', 'percentile'] as const)('%s proposes ranges of power-of-two scales', (method) => {
  const observer = createObserver(method, { name: 'x', scales: 'pow2' });
  const data = Float32Array.from({ length: 5000 }, (_, i) => Math.max(0, Math.sin(i) * 3.3));
  observer.observe(data);
  const { min, max } = observer.range();
  const { scale } = pow2AffineOfRange(min, max);
  expect(isPow2(scale)).toBe(true);
  expect(scale * 255).toBeGreaterThan(1.6);
  expect(scale * 255).toBeLessThan(6.8);
});

test('weights with power-of-two scales: the step of least error on either side of the free one', () => {
  const data = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * 1.7) * (i < 300 ? 1 : 0.3));
  const { codes, scale } = quantizeWeights(data, [2, 300], 0, { scales: 'pow2' });
  expect(scale).toEqual([2 ** -7 * 1, 2 ** -8]);
  codes.forEach((code, i) => {
    expect(Math.abs(code * scale[i < 300 ? 0 : 1] - data[i])).toBeLessThan(scale[i < 300 ? 0 : 1]);
  });
});

describe('shiftRequantization', () => {
  test('gives the integers of the multiplication', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -24, max: 2 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: -(2 ** 20), max: 2 ** 20 }),
        fc.integer({ min: -(2 ** 20), max: 2 ** 20 }),
        (exponents, sum, bias) => {
          const scales = requantization(exponents.map((e) => 2 ** e));
          const biases = Int32Array.from(exponents, () => bias);
          const shifts = shiftRequantization(scales, biases, { min: -(2 ** 20), max: 2 ** 20 });
          exponents.forEach((_, c) => {
            const product = BigInt(sum + bias) * (1n << BigInt(scales.leftShift)) * BigInt(scales.multiplier[c]);
            const wanted = Number((product + (1n << 31n)) >> 32n);
            expect((((sum << shifts!.left) + shifts!.bias[c]) | 0) >> shifts!.shift[c]).toBe(wanted);
          });
        },
      ),
    );
  });

  test('refuses other multipliers, and sums that the rounding term takes out of int32', () => {
    expect(shiftRequantization(requantization([0.3]), new Int32Array(1), { min: 0, max: 1 })).toBe(null);
    expect(shiftRequantization(requantization([0.25]), new Int32Array(1), { min: 0, max: 2 ** 31 - 1 })).toBe(null);
    expect(shiftRequantization(requantization([0.25]), new Int32Array(1), { min: 0, max: 2 ** 31 - 3 })).not.toBe(null);
  });
});
