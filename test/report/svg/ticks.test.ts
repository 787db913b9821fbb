import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteTicks, logTicks, niceTicks } from '../../../src/report/svg/ticks.ts';

test('nice ticks are multiples of 1, 2 or 5 times a power of ten', () => {
  expect(niceTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(niceTicks(-0.3, 0.3, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  expect(niceTicks(-7.4, 7.4, 8)).toEqual([-6, -4, -2, 0, 2, 4, 6]);
  expect(niceTicks(0, 87_654, 4)).toEqual([0, 50_000]);
  expect(niceTicks(0, 1e-5, 2)).toEqual([0, 5e-6, 1e-5]);
});

test('an interval without extent has its one number, one that is not finite has none', () => {
  expect(niceTicks(3, 3, 5)).toEqual([3]);
  expect(niceTicks(0, Number.POSITIVE_INFINITY, 5)).toEqual([]);
  expect(niceTicks(Number.NaN, 1, 5)).toEqual([]);
});

test('ticks lie within the interval, ascend, and are not many more than asked for', () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (min, extent, count) => {
        const ticks = niceTicks(min, min + extent, count);
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
        const slack = extent * 1e-6;
        expect(ticks.every((tick) => tick >= min - slack && tick <= min + extent + slack)).toBe(true);
        expect(ticks.every((tick, i) => i === 0 || tick > ticks[i - 1])).toBe(true);
      },
    ),
  );
});

test('ticks of bytes are powers of two from 1 KiB on', () => {
  expect(byteTicks(0, 100_000, 5)).toEqual([0, 32768, 65536, 98304]);
  expect(byteTicks(0, 900, 4)).toEqual([0, 500]);
  expect(byteTicks(0, 3, 6)).toEqual([0, 1, 2, 3]);
  expect(byteTicks(0, 0, 6)).toEqual([0]);
});

test('logarithmic ticks are powers of ten, with more between them when they are few', () => {
  expect(logTicks(1, 1000)).toEqual([1, 10, 100, 1000]);
  expect(logTicks(3, 60)).toEqual([5, 10, 20, 50]);
  expect(logTicks(0.01, 0.1)).toEqual([0.01, 0.02, 0.05, 0.1]);
});
