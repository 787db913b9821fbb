import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/numerics/rng.ts';
import { minMax, sqnrDb } from '../../src/numerics/stats.ts';
import { affineOfRange, codeRange, dequantizeArray, quantizeArray } from '../../src/quant/affine.ts';
import { createFloatHistogram } from '../../src/quant/observers/float-histogram.ts';
import { CALIBRATION_METHODS, type CalibrationMethod, createObserver } from '../../src/quant/observers.ts';
import { UserError } from '../../src/support/errors.ts';

function rangeOf(method: CalibrationMethod, batches: Float32Array[], options = {}) {
  const observer = createObserver(method, { name: 'x', ...options });
  for (const batch of batches) observer.observe(batch);
  return observer.range();
}

function gaussian(count: number, seed = 1): Float32Array {
  const { normal } = createRng(seed);
  return Float32Array.from({ length: count }, normal);
}

function quality(data: Float32Array, { min, max }: { min: number; max: number }, bits = 8): number {
  const codes = codeRange(bits);
  const affine = affineOfRange(min, max, codes);
  return sqnrDb(data, dequantizeArray(quantizeArray(data, affine, codes), affine));
}

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const arrays = fc.array(finite, { maxLength: 60 }).map((values) => Float32Array.from(values));

describe('float histogram', () => {
  test('every value lies in its bin, bins ascend, nothing is lost', () => {
    fc.assert(
      fc.property(arrays, (data) => {
        const histogram = createFloatHistogram();
        histogram.add(data);
        const bins = histogram.bins();
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(data.length);
        for (let i = 1; i < bins.length; i++) expect(bins[i].min).toBeGreaterThanOrEqual(bins[i - 1].max);
        for (const { min, max } of bins) expect(max - min).toBeLessThanOrEqual(Math.abs(min + max) * 2 ** -10);
        for (const x of data) {
          const y = Math.abs(x) < 2 ** -126 ? 0 : x;
          expect(bins.some(({ min, max }) => min <= y && y <= max)).toBe(true);
        }
      }),
    );
  });
});

describe.each(CALIBRATION_METHODS)('%s', (method) => {
  test('never leaves the observed range, whatever the order and the batches', () => {
    fc.assert(
      fc.property(arrays, arrays, (a, b) => {
        const range = rangeOf(method, [a, b]);
        const all = minMax([...a, ...b]);
        if (a.length + b.length === 0) all.min = all.max = 0;
        expect(range.min).toBeLessThanOrEqual(range.max);
        expect(range.min).toBeGreaterThanOrEqual(all.min);
        expect(range.max).toBeLessThanOrEqual(all.max);
        expect(rangeOf(method, [b.slice().reverse(), a])).toEqual(range);
      }),
      { numRuns: method === 'mse' ? 30 : 60 },
    );
  });

  test.each([Number.NaN, Infinity, -Infinity])('refuses %d by the name of the tensor', (bad) => {
    const observer = createObserver(method, { name: 'conv1' });
    expect(() => observer.observe(Float32Array.of(1, bad))).toThrow(UserError);
    expect(() => observer.observe(Float32Array.of(1, bad))).toThrow(`'conv1' became ${bad}`);
  });

  test('takes data of one sign', () => {
    const { min, max } = rangeOf(method, [Float32Array.from({ length: 1000 }, (_, i) => -5 - i / 1000)]);
    expect(min).toBeCloseTo(-6, 1);
    expect(max).toBeGreaterThanOrEqual(min);
    expect(max).toBeLessThanOrEqual(-5);
  });

  test('is as good as min-max on data without outliers', () => {
    const { uniform } = createRng(2);
    const data = Float32Array.from({ length: 50000 }, () => uniform() * 3 - 1);
    expect(quality(data, rangeOf(method, [data]))).toBeGreaterThan(quality(data, minMax(data)) - 1);
  });
});

describe('percentile', () => {
  test('finds the quantiles of a known distribution at both ends', () => {
    const data = Float32Array.from({ length: 100000 }, (_, i) => i / 1000 - 20); // -20 .. 80
    const { min, max } = rangeOf('percentile', [data], { percentile: 99 });
    expect(min).toBeCloseTo(-19, 1);
    expect(max).toBeCloseTo(79, 0);
    expect(Math.abs(max - 79)).toBeLessThan(79 * 2 ** -9);
  });

  test('drops an outlier however large, keeps zeros', () => {
    const data = Float32Array.from({ length: 50000 }, (_, i) => (i % 2) * (i / 50000));
    data[7] = 1e30;
    const { min, max } = rangeOf('percentile', [data]);
    expect(min).toBe(0);
    expect(max).toBeGreaterThan(0.999);
    expect(max).toBeLessThan(1.001);
  });

  test('100 is min-max', () => {
    const data = gaussian(1000);
    expect(rangeOf('percentile', [data], { percentile: 100 })).toEqual(rangeOf('minmax', [data]));
  });

  test.each([50, 0, 101, Number.NaN])('refuses %d', (percentile) => {
    expect(() => createObserver('percentile', { name: 'x', percentile })).toThrow(UserError);
  });
});

describe('mse', () => {
  test.each([
    ['8 bits, both signs', 8, gaussian(40000), 3.9],
    ['4 bits, both signs', 4, gaussian(40000), 2.6],
  ])('clips a Gaussian near the optimum: %s', (_, bits, data, clip) => {
    const { min, max } = rangeOf('mse', [data], { bits });
    expect(Math.abs(max - clip)).toBeLessThan(0.35);
    expect(Math.abs(min + clip)).toBeLessThan(0.35);
  });

  test('beats min-max and percentile when there are outliers', () => {
    const data = gaussian(40000);
    for (let i = 0; i < 4; i++) data[i * 1000] = 60 + i;
    const best = quality(data, rangeOf('mse', [data], { bits: 4 }), 4);
    expect(best).toBeGreaterThan(quality(data, rangeOf('minmax', [data]), 4) + 3);
    expect(best).toBeGreaterThanOrEqual(quality(data, rangeOf('percentile', [data]), 4) - 0.01);
  });

  test('treats each end by itself', () => {
    const data = gaussian(40000).map((x) => (x < 0 ? x / 10 : x));
    data[5] = -50;
    const { min, max } = rangeOf('mse', [data], { bits: 4 });
    expect(min).toBeGreaterThan(-5);
    expect(max).toBeGreaterThan(2);
  });
});

describe('aciq', () => {
  const laplace = (count: number) => {
    const { uniform, int } = createRng(3);
    return Float32Array.from({ length: count }, () => Math.log(1 - uniform()) * (int(0, 1) * 2 - 1));
  };
  const behindRelu = { min: 0, max: Number.POSITIVE_INFINITY };

  test.each<[CalibrationMethod, Float32Array, number]>([
    ['aciq-laplace', laplace(100000), 5.03],
    ['aciq-gauss', gaussian(100000), 2.56],
  ])('%s clips its own distribution where the paper does', (method, data, clip) => {
    const { min, max } = rangeOf(method, [data], { bits: 4 });
    expect(Math.abs(max - clip)).toBeLessThan(0.05);
    expect(Math.abs(min + clip)).toBeLessThan(0.05);
  });

  test.each<[CalibrationMethod, Float32Array, number]>([
    ['aciq-laplace', laplace(100000), 6.1],
    ['aciq-gauss', gaussian(100000), 2.9],
  ])('%s behind a ReLU: from zero, by the values before it', (method, data, clip) => {
    const { min, max } = rangeOf(method, [data], { bits: 4, rectified: behindRelu });
    expect(min).toBe(0);
    expect(Math.abs(max - clip)).toBeLessThan(0.06);
  });

  test('picks the better prior, or no clip', () => {
    const [wide, narrow] = [laplace(100000), gaussian(100000)];
    expect(rangeOf('aciq', [wide], { bits: 4 })).toEqual(rangeOf('aciq-laplace', [wide], { bits: 4 }));
    expect(rangeOf('aciq', [narrow], { bits: 4 })).toEqual(rangeOf('aciq-gauss', [narrow], { bits: 4 }));
    const rare = Float32Array.from({ length: 1000 }, (_, i) => (i % 50 === 0 ? 10 : 0));
    expect(rangeOf('aciq', [rare], { bits: 4 })).toEqual(rangeOf('minmax', [rare]));
  });

  test('no more than was seen, no more than a Clip lets through, a constant is exact', () => {
    expect(rangeOf('aciq-laplace', [Float32Array.of(-2, 1, 3)], { bits: 4, rectified: behindRelu }).max).toBe(3);
    expect(rangeOf('aciq', [gaussian(1000)], { bits: 4, rectified: { min: 0, max: 1 } })).toEqual({ min: 0, max: 1 });
    expect(rangeOf('aciq', [new Float32Array(50).fill(3)], { bits: 4 })).toEqual({ min: 3, max: 3 });
    expect(
      rangeOf('aciq', [new Float32Array(50).fill(-3)], { bits: 4, rectified: behindRelu }).max,
    ).toBeLessThanOrEqual(0);
  });
});

describe('entropy', () => {
  test('clips a far outlier, keeps the bulk', () => {
    const data = gaussian(40000);
    data[9] = 40;
    const { min, max } = rangeOf('entropy', [data]);
    expect(max).toBeLessThan(10);
    expect(max).toBeGreaterThan(2.5);
    expect(min).toBeLessThan(-2.5);
  });

  test('half of the codes serve each sign, all of them a one-sided tensor', () => {
    const data = gaussian(40000).map(Math.abs);
    data[9] = 20;
    const { min, max } = rangeOf('entropy', [data]);
    expect(min).toBeGreaterThanOrEqual(0);
    expect(max).toBeGreaterThan(2.5);
    expect(max).toBeLessThan(10);
  });
});
