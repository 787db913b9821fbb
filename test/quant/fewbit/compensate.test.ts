import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { bestScale, createRounder } from '../../../src/quant/fewbit/compensate.ts';
import { fitLayer } from '../../../src/quant/fewbit/fit-layer.ts';
import { type Moments, roundingProblem } from '../../../src/quant/fewbit/moments.ts';
import { roundCompensated, roundNearest } from '../../../src/quant/fewbit/round-rows.ts';
import type { Grid } from '../../../src/quant/grids/grid.ts';
import { gridNamed } from '../../../src/quant/grids/index.ts';

const N = 24;
const ROWS = 5;
const NO_SHORTFALL = { shortfall: new Float64Array(ROWS * N), shortfallMean: new Float64Array(ROWS) };

/** Correlated inputs with a mean, and the same after a disturbance (the layers before were quantized). */
function samples(count: number, seed: number, noise = 0.3) {
  const rng = createRng(seed);
  const mix = Float64Array.from({ length: N * N }, () => rng.normal());
  return Array.from({ length: count }, () => {
    const source = Float64Array.from({ length: N }, () => rng.normal());
    const x = source.map((_, i) =>
      Math.max(
        0,
        source.reduce((sum, s, j) => sum + s * mix[i * N + j], 1),
      ),
    );
    return { x, quantized: x.map((value) => 0.9 * value + noise * rng.normal()) };
  });
}

function momentsOf(data: ReturnType<typeof samples>): Moments {
  const [quantized, cross] = [new Float64Array(N * N), new Float64Array(N * N)];
  const [floatMean, quantizedMean] = [new Float64Array(N), new Float64Array(N)];
  for (const sample of data) {
    for (let i = 0; i < N; i++) {
      floatMean[i] += sample.x[i] / data.length;
      quantizedMean[i] += sample.quantized[i] / data.length;
      for (let j = 0; j < N; j++) {
        quantized[i * N + j] += (sample.quantized[i] * sample.quantized[j]) / data.length;
        cross[i * N + j] += (sample.x[i] * sample.quantized[j]) / data.length;
      }
    }
  }
  return { n: N, quantized, cross, floatMean, quantizedMean, ...NO_SHORTFALL };
}

const randomWeights = (seed: number) => {
  const rng = createRng(seed);
  return Float64Array.from({ length: ROWS * N }, () => rng.normal());
};

/** E |W x + b - Q x^ - c|^2 with the best constant c (a bias), summed over the rows. */
function outputError(
  weights: Float64Array,
  codes: Float64Array,
  scales: readonly number[],
  data: ReturnType<typeof samples>,
) {
  let total = 0;
  for (let r = 0; r < ROWS; r++) {
    const misses = data.map(({ x, quantized }) => {
      let miss = 0;
      for (let i = 0; i < N; i++) miss += weights[r * N + i] * x[i] - scales[r] * codes[r * N + i] * quantized[i];
      return miss;
    });
    const mean = misses.reduce((a, b) => a + b, 0) / misses.length;
    total += misses.reduce((sum, miss) => sum + (miss - mean) ** 2, 0) / misses.length;
  }
  return total;
}

const options = { scales: 'channel', exponent: 'mse' } as const;

describe.each(['int4', 'int3', 'pow2-4', 'pow2p-4', 'ternary'])('%s', (format) => {
  const data = samples(400, 1);
  const weights = randomWeights(2);
  const problem = roundingProblem(weights, momentsOf(data));
  const importance = problem.target.map((_, i) => problem.hessian[(i % N) * (N + 1)]);
  const grids = fitLayer(format, { weights: problem.target, importance, rows: ROWS }, options);
  const scalesOf = (rows: { grids: readonly { scale: number }[] }) => rows.grids.map(({ scale }) => scale);

  test('compensation beats nearest, descent beats compensation alone, free scales beat fixed ones', () => {
    const nearest = roundNearest(weights, fitLayer(format, { weights, importance, rows: ROWS }, options));
    const rounded = (descend: boolean, factors: readonly number[] | null) =>
      roundCompensated(problem, grids, createRounder(problem.hessian, N, { descend }), { factors });
    const error = (rows: ReturnType<typeof roundNearest>) => outputError(weights, rows.codes, scalesOf(rows), data);
    const [alone, descended, free] = [rounded(false, [1]), rounded(true, [1]), rounded(true, null)].map(error);
    expect(alone).toBeLessThan(0.8 * error(nearest));
    expect(descended).toBeLessThanOrEqual(alone * 1.001);
    expect(free).toBeLessThanOrEqual(descended * 1.001);
  });

  test('every code is a level, and other samples agree', () => {
    const rows = roundCompensated(problem, grids, createRounder(problem.hessian, N), { factors: null });
    const { levels } = gridNamed(format) as Grid;
    for (const code of rows.codes) expect(levels).toContain(code);
    const nearest = roundNearest(weights, fitLayer(format, { weights, importance, rows: ROWS }, options));
    const others = samples(500, 1).slice(400);
    expect(outputError(weights, rows.codes, scalesOf(rows), others)).toBeLessThan(
      outputError(weights, nearest.codes, scalesOf(nearest), others),
    );
  });
});

test('the asymmetric target makes up for inputs that the layers before changed', () => {
  const data = samples(2000, 3, 0);
  const weights = randomWeights(4);
  const { target } = roundingProblem(weights, momentsOf(data), { damping: 1e-6 });
  // x^ = 0.9 x: the weights grow by 1 / 0.9.
  target.forEach((w, i) => {
    expect(w).toBeCloseTo(weights[i] / 0.9, 2);
  });
});

test('inputs that never change keep their weights, all-zero inputs too', () => {
  const zeros = new Float64Array(N);
  const nothing: Moments = {
    n: N,
    quantized: new Float64Array(N * N),
    cross: new Float64Array(N * N),
    floatMean: zeros,
    quantizedMean: zeros,
    ...NO_SHORTFALL,
  };
  const weights = randomWeights(5);
  const { target, hessian } = roundingProblem(weights, nothing);
  target.forEach((w, i) => {
    expect(w).toBeCloseTo(weights[i], 12);
  });
  const row = target.subarray(0, N);
  const grid = { grid: gridNamed('int4') as Grid, scale: 0.3 };
  expect([...createRounder(hessian, N).round(row, grid)]).toEqual([...row].map((w) => grid.grid.nearest(w / 0.3)));
});

test('the best scale of given codes has no better neighbour', () => {
  const { hessian, target } = roundingProblem(randomWeights(6), momentsOf(samples(300, 7)));
  const row = target.subarray(0, N);
  const rounder = createRounder(hessian, N);
  const codes = rounder.round(row, { grid: gridNamed('int3') as Grid, scale: 0.5 });
  const scale = bestScale(row, codes, hessian, N) as number;
  const least = rounder.error(row, codes, scale);
  for (const factor of [0.99, 1.01]) expect(rounder.error(row, codes, scale * factor)).toBeGreaterThan(least);
  expect(bestScale(row, new Float64Array(N), hessian, N)).toBe(null);
});
