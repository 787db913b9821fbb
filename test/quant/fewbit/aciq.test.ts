import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { lambertW, minimize, normalTail } from '../../../src/numerics/special.ts';
import { analyticClip, clippedRange, gridClip, gridMse, PRIORS } from '../../../src/quant/fewbit/aciq.ts';

/** bits, Laplace, Laplace with fused ReLU, Gauss, Gauss with fused ReLU: table 3.1 of the design. */
const ANALYTIC = [
  [1, 1.8628, 2.8307, 1.2399, 1.7106],
  [2, 2.8307, 3.8972, 1.7106, 2.1516],
  [3, 3.8972, 5.0286, 2.1516, 2.5591],
  [4, 5.0286, 6.2048, 2.5591, 2.9362],
  [5, 6.2048, 7.4131, 2.9362, 3.2869],
  [6, 7.4131, 8.6456, 3.2869, 3.6151],
  [7, 8.6456, 9.8968, 3.6151, 3.924],
  [8, 9.8968, 11.1627, 3.924, 4.2163],
] as const;

/** bits, signed narrow Laplace and Gauss, unsigned half source Laplace and Gauss: for grids that hold zero. */
const EXACT = [
  [2, 2.0, 1.224, 3.486, 1.952],
  [3, 3.486, 1.952, 4.82, 2.474],
  [4, 4.82, 2.474, 6.098, 2.899],
  [5, 6.098, 2.899, 7.358, 3.27],
  [6, 7.358, 3.27, 8.618, 3.608],
  [7, 8.618, 3.608, 9.883, 3.92],
  [8, 9.883, 3.92, 11.156, 4.215],
] as const;

describe('clips', () => {
  test.each(ANALYTIC)('analytic, %d bits', (bits, laplace, laplaceRelu, gauss, gaussRelu) => {
    expect(Math.abs(analyticClip('laplace', bits) - laplace)).toBeLessThan(1e-3);
    expect(Math.abs(analyticClip('laplace', bits, { fusedRelu: true }) - laplaceRelu)).toBeLessThan(1e-3);
    expect(Math.abs(analyticClip('gauss', bits) - gauss)).toBeLessThan(1e-3);
    expect(Math.abs(analyticClip('gauss', bits, { fusedRelu: true }) - gaussRelu)).toBeLessThan(1e-3);
  });

  test.each(EXACT)('of the emitted grid, %d bits', (bits, laplace, gauss, laplaceRelu, gaussRelu) => {
    const [signed, unsigned] = [2 ** (bits - 1) - 1, 2 ** bits - 1];
    expect(Math.abs(gridClip('laplace', signed) - laplace)).toBeLessThan(1e-3);
    expect(Math.abs(gridClip('gauss', signed) - gauss)).toBeLessThan(1e-3);
    expect(Math.abs(gridClip('laplace', unsigned) - laplaceRelu)).toBeLessThan(1e-3);
    expect(Math.abs(gridClip('gauss', unsigned) - gaussRelu)).toBeLessThan(1e-3);
  });

  test.each(PRIORS)('samples of a %s agree with the integral within 2 percent', (prior) => {
    const rng = createRng(1);
    const draw = () => (prior === 'gauss' ? rng.normal() : Math.log(1 - rng.uniform()) * (rng.int(0, 1) * 2 - 1));
    const samples = Float64Array.from({ length: 300_000 }, draw);
    for (const bits of [2, 3, 4]) {
      const top = 2 ** (bits - 1) - 1;
      const clip = gridClip(prior, top);
      const step = clip / top;
      let error = 0;
      for (const x of samples) error += (x - step * Math.min(Math.max(Math.round(x / step), -top), top)) ** 2;
      expect(Math.abs(error / samples.length / gridMse(prior, clip, top) - 1)).toBeLessThan(0.02);
    }
  });
});

describe('ranges', () => {
  const stats = { min: -10, max: 3, mean: -1, meanDeviation: 1, deviation: 1.5 };

  test('around the mean, no wider than what was seen', () => {
    expect(clippedRange(stats, 'laplace', 2)).toEqual({ min: -3, max: 1 });
    expect(clippedRange(stats, 'gauss', 4)).toEqual({ min: -7, max: 3 });
    expect(clippedRange(stats, 'laplace', 20)).toEqual({ min: -10, max: 3 });
  });

  test('behind a ReLU it starts at zero', () => {
    expect(clippedRange(stats, 'laplace', 2, { fusedRelu: true })).toEqual({ min: 0, max: 2 });
    expect(clippedRange({ ...stats, max: -2 }, 'laplace', 2, { fusedRelu: true })).toEqual({ min: 0, max: 0 });
  });
});

describe('functions', () => {
  test('Lambert W undoes w e^w', () => {
    for (const w of [0, 1e-6, 0.5, 1, 3, 20]) expect(lambertW(w * Math.exp(w))).toBeCloseTo(w, 12);
  });

  test('the tail of the normal distribution', () => {
    expect(normalTail(0)).toBe(0.5);
    expect(normalTail(1) / 0.15865525393145707).toBeCloseTo(1, 12);
    expect(normalTail(-1)).toBeCloseTo(0.8413447460685429, 14);
    expect(normalTail(3) / 1.3498980316300957e-3).toBeCloseTo(1, 11);
    expect(normalTail(6) / 9.865876450377018e-10).toBeCloseTo(1, 11);
  });

  test('a minimum', () => {
    expect(minimize((x) => (x - 2) ** 2, -10, 10)).toBeCloseTo(2, 6);
  });
});
