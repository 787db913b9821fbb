import { expect, test } from 'vitest';
import { weightHistogram } from '../../src/report/weight-histogram.ts';

const TERNARY = new Map([
  [-1, 5],
  [0, 10],
  [1, 5],
]);

test('whole numbers are centres of bars', () => {
  const { from, binWidth } = weightHistogram(TERNARY, Float64Array.of(-1.2, 0, 1.3));
  expect(Number.isInteger(Math.log2(binWidth))).toBe(true);
  expect(((0 - from) / binWidth) % 1).toBe(0.5);
});

test('what is far beyond the outermost level is counted apart', () => {
  const { float, below, above } = weightHistogram(TERNARY, Float64Array.of(-50, -1, 0, 0.1, 1, 40, 41));
  expect([below, above]).toEqual([1, 2]);
  expect(float?.reduce((a, b) => a + b, 0)).toBe(4);
});

test('levels alone, and a single one', () => {
  expect(weightHistogram(TERNARY, null)).toMatchObject({ float: null, below: 0, above: 0 });
  const single = weightHistogram(new Map([[0, 3]]), Float64Array.of(0, 0, 0));
  expect(single.float?.reduce((a, b) => a + b, 0)).toBe(3);
});

test('256 levels have about 64 bars', () => {
  const levels = new Map(Array.from({ length: 256 }, (_, i) => [i - 128, 1]));
  const { bins } = weightHistogram(
    levels,
    Float64Array.from({ length: 256 }, (_, i) => i - 128),
  );
  expect(bins).toBeGreaterThan(32);
  expect(bins).toBeLessThanOrEqual(66);
});
