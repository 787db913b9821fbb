import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { createAdaptiveRounder } from '../../../src/quant/fewbit/adaptive.ts';
import { createRounder } from '../../../src/quant/fewbit/compensate.ts';
import { fitScale } from '../../../src/quant/fewbit/fit-scale.ts';
import { roundAgain } from '../../../src/quant/fewbit/round-rows.ts';
import type { Grid } from '../../../src/quant/grids/grid.ts';
import { gridNamed } from '../../../src/quant/grids/index.ts';

const N = 32;
const ROWS = 12;

/** Second moments of correlated, rectified inputs, a little damped. */
function hessianOf(seed: number): Float64Array {
  const rng = createRng(seed);
  const mix = Float64Array.from({ length: N * 8 }, () => rng.normal());
  const hessian = new Float64Array(N * N);
  for (let sample = 0; sample < 200; sample++) {
    const source = Array.from({ length: 8 }, () => rng.normal());
    const x = Array.from({ length: N }, (_, i) =>
      Math.max(
        0,
        source.reduce((sum, s, k) => sum + s * mix[i * 8 + k], 0.5),
      ),
    );
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) hessian[i * N + j] += (x[i] * x[j]) / 200;
  }
  for (let j = 0; j < N; j++) hessian[j * N + j] += 0.05;
  return hessian;
}

const hessian = hessianOf(1);
const rng = createRng(2);
const target = Float64Array.from({ length: ROWS * N }, () => rng.normal());
const row = (r: number) => target.subarray(r * N, (r + 1) * N);
const rounder = createRounder(hessian, N);

describe.each(['int4', 'int3', 'pow2-4', 'pow2p-4', 'ternary'])('%s', (format) => {
  const grid = gridNamed(format) as Grid;
  const grids = Array.from({ length: ROWS }, (_, r) => ({ grid, scale: fitScale(grid, row(r)) }));
  const errorOf = (codes: Float64Array, r: number) => rounder.error(row(r), codes, grids[r].scale);

  test('without descent each code is a level next to its weight', () => {
    const alone = createAdaptiveRounder(hessian, N, { ...rounder, improve: (_row, codes) => codes });
    const codes = alone.round(row(0), grids[0]);
    codes.forEach((code, j) => {
      const wanted = row(0)[j] / grids[0].scale;
      const between = grid.levels.filter((level) => level > Math.min(code, wanted) && level < Math.max(code, wanted));
      expect(grid.levels).toContain(code);
      expect(between).toEqual([]);
    });
  });

  test('far below nearest rounding, and never above compensation when the better codes of each row stay', () => {
    const compensated = grids.map((own, r) => rounder.round(row(r), own));
    const before = { codes: Float64Array.from(compensated.flatMap((codes) => [...codes])), grids };
    const problem = { n: N, target, hessian };
    const after = roundAgain(problem, before, createAdaptiveRounder(hessian, N, rounder));
    let [nearest, first, second] = [0, 0, 0];
    for (let r = 0; r < ROWS; r++) {
      const codes = after.codes.subarray(r * N, (r + 1) * N);
      expect(errorOf(codes, r)).toBeLessThanOrEqual(errorOf(compensated[r], r));
      nearest += errorOf(
        row(r).map((w) => grid.nearest(w / grids[r].scale)),
        r,
      );
      first += errorOf(compensated[r], r);
      second += errorOf(codes, r);
    }
    expect(second).toBeLessThan(0.5 * nearest);
    expect(second).toBeLessThan(first);
  });
});

test('a row on the grid stays, a row of zeros too', () => {
  const grid = { grid: gridNamed('int4') as Grid, scale: 0.5 };
  const adaptive = createAdaptiveRounder(hessian, N, rounder);
  const codes = Float64Array.from({ length: N }, (_, j) => (j % 15) - 7);
  expect(
    adaptive.round(
      codes.map((code) => 0.5 * code),
      grid,
    ),
  ).toEqual(codes);
  expect(adaptive.round(new Float64Array(N), grid)).toEqual(new Float64Array(N));
});
