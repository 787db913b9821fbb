import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { fitPow2Scale, fitScale, gridError } from '../../../src/quant/fewbit/fit-scale.ts';
import { codebookGrid } from '../../../src/quant/grids/codebook.ts';
import { type Grid, gridOfLevels, largestLevel } from '../../../src/quant/grids/grid.ts';
import { GRID_NAMES, gridNamed } from '../../../src/quant/grids/index.ts';
import { exponentOf, inqGrid, packedPow2Grid, topExponent } from '../../../src/quant/grids/pow2.ts';
import { fitTernary, TERNARY } from '../../../src/quant/grids/ternary.ts';
import { uniformGrid } from '../../../src/quant/grids/uniform.ts';

const grids: readonly Grid[] = [
  ...GRID_NAMES.map((name) => gridNamed(name) as Grid),
  gridOfLevels('odd', [-89, 0, 3, 127]),
];
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -300, max: 300 });

describe.each(grids.map((grid) => [grid.name, grid] as const))('%s', (_name, grid) => {
  test('nearest is nearest, and half way it is the one farther from zero', () => {
    const candidates = fc.oneof(
      finite,
      fc.integer({ min: -600, max: 600 }).map((i) => i / 2),
    );
    fc.assert(
      fc.property(candidates, (x) => {
        const code = grid.nearest(x);
        const distances = grid.levels.map((level) => Math.abs(level - x));
        const least = Math.min(...distances);
        const nearest = grid.levels.filter((_, i) => distances[i] === least);
        expect(code).toBe(nearest.sort((a, b) => Math.abs(b) - Math.abs(a))[0]);
      }),
      { numRuns: 300 },
    );
  });

  test('levels stay, zero is zero, beyond the ends is clamped', () => {
    for (const level of grid.levels) expect(grid.nearest(level)).toBe(level);
    expect(Object.is(grid.nearest(0), 0)).toBe(true);
    expect(Object.is(grid.nearest(-0), 0)).toBe(true);
    for (const huge of [1e30, Number.MAX_VALUE, Infinity]) {
      expect(grid.nearest(huge)).toBe(grid.levels.at(-1));
      expect(grid.nearest(-huge)).toBe(grid.levels[0]);
    }
  });

  test('a row of zeros has scale 1 and no error', () => {
    expect(fitScale(grid, [0, 0, 0])).toBe(1);
    expect(gridError({ grid, scale: 1 }, [0, 0, 0])).toBe(0);
  });
});

test('levels without zero, or out of order, are refused', () => {
  expect(() => gridOfLevels('x', [-1, 1])).toThrow('with a zero');
  expect(() => gridOfLevels('x', [0, 2, 1])).toThrow('ascending');
});

describe('uniform', () => {
  test.each([
    [2, 3],
    [3, 7],
    [4, 15],
    [8, 255],
  ])('%d bits: %d levels, symmetric', (bits, count) => {
    const { levels } = uniformGrid(bits);
    expect(levels.length).toBe(count);
    expect(levels.map((level) => -level + 0).reverse()).toEqual(levels);
  });
});

describe('INQ', () => {
  /** Table 1.1 of the paper's rule: exponents, levels, largest integer weight. */
  test.each([
    [2, 1, 3, 1],
    [3, 2, 5, 2],
    [4, 4, 9, 8],
    [5, 8, 17, 128],
  ])('%d bits: %d exponents, %d levels, up to %d', (bits, exponents, count, top) => {
    const { levels } = inqGrid(bits);
    expect(levels.length).toBe(count);
    expect(largestLevel(inqGrid(bits))).toBe(top);
    expect(levels.filter((level) => level > 0)).toEqual(Array.from({ length: exponents }, (_, e) => 2 ** e));
  });

  test('0.75 * 2^n1 <= s < 1.5 * 2^n1', () => {
    const rng = createRng(1);
    for (let i = 0; i < 100_000; i++) {
      const s = rng.uniform() * 2 ** rng.int(-30, 30);
      const n1 = topExponent(s);
      if (!(0.75 * 2 ** n1 <= s && s < 1.5 * 2 ** n1)) throw new Error(`s = ${s}, n1 = ${n1}`);
    }
    expect(topExponent(0.75)).toBe(0);
    expect(topExponent(0.75 - 2 ** -53)).toBe(-1);
    expect(topExponent(1.5)).toBe(1);
    expect(topExponent(2 ** -1060)).toBe(-1060);
  });

  test('exponents are exact where Math.log2 is not', () => {
    for (let e = -1074; e <= 1023; e++) expect(exponentOf(2 ** e)).toBe(e);
    expect(exponentOf(2 ** 52 - 0.5)).toBe(51);
    expect(exponentOf(1 - 2 ** -53)).toBe(-1);
  });

  test('beta if (alpha + beta) / 2 <= |w| < 3 beta / 2, ties upward', () => {
    const { nearest } = inqGrid(4);
    const cases = [
      [0.4999, 0],
      [0.5, 1],
      [1.4999, 1],
      [1.5, 2],
      [2.9999, 2],
      [3, 4],
      [5.9999, 4],
      [6, 8],
      [12, 8],
      [1e9, 8],
    ];
    for (const [w, code] of cases) {
      expect([w, nearest(w)]).toEqual([w, code]);
      expect([w, nearest(-w) + 0]).toEqual([w, -code + 0]);
    }
  });

  test('rounding twice is rounding once, also with the grid of the rounded weights', () => {
    const rng = createRng(2);
    for (const bits of [2, 3, 4, 5]) {
      const grid = inqGrid(bits);
      const weights = Array.from({ length: 500 }, () => rng.normal());
      const scale = fitPow2Scale(grid, weights, 'max');
      const rounded = weights.map((w) => scale * grid.nearest(w / scale));
      expect(fitPow2Scale(grid, rounded, 'max')).toBe(scale);
      expect(rounded.map((w) => scale * grid.nearest(w / scale))).toEqual(rounded);
    }
  });

  test('a layer of zeros has n1 = 0', () => {
    expect(topExponent(0)).toBe(0);
    expect(fitPow2Scale(inqGrid(5), [0, 0], 'mse')).toBe(2 ** -7);
  });

  test('packed: 7 or 3 exponents in a nibble or 3 bits', () => {
    expect(packedPow2Grid(4).levels.length).toBe(15);
    expect(packedPow2Grid(3).levels).toEqual([-4, -2, -1, 0, 1, 2, 4]);
    expect(() => packedPow2Grid(5)).toThrow('no packed');
  });
});

/** Table 1.9 of the design: mean squared error over power. */
describe('error on a normal and a Laplace source', () => {
  const rng = createRng(3);
  const gauss = Float64Array.from({ length: 40_000 }, () => rng.normal());
  const laplace = Float64Array.from({ length: 40_000 }, () => Math.log(1 - rng.uniform()) * (rng.int(0, 1) * 2 - 1));
  const power = (data: Float64Array) => data.reduce((sum, x) => sum + x * x, 0);
  const relative = (grid: Grid, data: Float64Array, scale = fitScale(grid, data)) =>
    gridError({ grid, scale }, data) / power(data);

  test.each([
    ['pow2-2', 0.19, 0.264],
    ['pow2p-3', 0.0476, 0.0707],
    ['pow2p-4', 0.0377, 0.0383],
    ['int3', 0.0469, 0.0831],
    ['int4', 0.0129, 0.0274],
    ['ternary', 0.19, 0.264],
  ])('%s: %d and %d', (name, onGauss, onLaplace) => {
    const grid = gridNamed(name) as Grid;
    expect(Math.abs(relative(grid, gauss) / onGauss - 1)).toBeLessThan(0.08);
    expect(Math.abs(relative(grid, laplace) / onLaplace - 1)).toBeLessThan(0.08);
  });

  test.each([
    [2, 0.864],
    [3, 0.33],
    [4, 0.0447],
    [5, 0.0378],
  ])("INQ %d bits with the paper's n1 at 4 deviations: %d", (bits, expected) => {
    const grid = inqGrid(bits);
    const smallest = 2 ** (topExponent(4) + 1 - 2 ** (bits - 2));
    expect(Math.abs(relative(grid, gauss, smallest) / expected - 1)).toBeLessThan(0.05);
  });

  test('n1 by least error is never worse, and far better for few bits', () => {
    for (const bits of [2, 3, 4, 5]) {
      const grid = inqGrid(bits);
      const [mse, max] = (['mse', 'max'] as const).map((rule) =>
        relative(grid, gauss, fitPow2Scale(grid, gauss, rule)),
      );
      expect(mse).toBeLessThanOrEqual(max);
      if (bits <= 3) expect(mse).toBeLessThan(max / 2);
    }
  });
});

describe('ternary', () => {
  test('the prefix optimum is the optimum of all thresholds', () => {
    const rng = createRng(4);
    for (let trial = 0; trial < 1000; trial++) {
      const weights = Array.from({ length: rng.int(1, 12) }, () => rng.normal());
      const h = weights.map(() => (trial % 2 === 0 ? 1 : rng.uniform() + 0.01));
      const error = (scale: number) => gridError({ grid: TERNARY, scale }, weights, h);
      const fit = fitTernary(weights, h);
      for (const threshold of [0, ...weights.map(Math.abs)]) {
        const kept = weights.map((w, i) => ({ w: Math.abs(w), h: h[i] })).filter(({ w }) => w > threshold);
        const mass = kept.reduce((sum, entry) => sum + entry.h, 0);
        const scale = kept.reduce((sum, entry) => sum + entry.h * entry.w, 0) / mass;
        if (mass > 0) expect(error(fit.scale)).toBeLessThanOrEqual(error(scale) + 1e-12);
      }
    }
  });

  test('of nothing but zeros there is no scale', () => {
    expect(fitTernary([0, 0])).toEqual({ scale: 0, count: 0 });
  });
});

describe('codebook', () => {
  test('centres become codes up to 127, zero is always one', () => {
    const { grid, scale } = codebookGrid([-0.5, 0.01, 0.25, 1]);
    expect(grid.levels).toEqual([-63, 0, 32, 127].map((level, i) => (i === 0 ? Math.round(-0.5 / scale) : level)));
    expect(grid.levels).toContain(0);
    expect(scale).toBeCloseTo(1 / 127, 8);
  });

  test('of zeros, of equal centres, of bad ones', () => {
    expect(codebookGrid([0, 0]).grid.levels).toEqual([0]);
    expect(codebookGrid([1, 1, -1]).grid.levels).toContain(0);
    expect(() => codebookGrid([])).toThrow('finite centres');
    expect(() => codebookGrid([Number.NaN])).toThrow('finite centres');
  });
});
