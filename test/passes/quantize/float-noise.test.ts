import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { type Evaluate, type Step, step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { correctBias } from '../../../src/passes/quantize/correct-bias.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { CALIBRATION_METHODS } from '../../../src/quant/observers.ts';
import { steadyRange } from '../../../src/quant/steady-range.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { described } from '../../helpers/same-codes.ts';
import { DATASET, FLOAT } from '../retrain/support.ts';

const NOISE = 1e-6;

/** As on another processor: every real number is off by up to 1e-6 of itself. */
function noisy(evaluate: Evaluate, seed: number): Evaluate {
  const { uniform } = createRng(seed);
  const shaken = ({ dtype, shape, data }: Tensor): Tensor =>
    dtype === 'f32'
      ? { dtype, shape, data: (data as Float32Array).map((x) => x * (1 + NOISE * (2 * uniform() - 1))) }
      : { dtype, shape, data };
  return async (graph, feeds) =>
    new Map([...(await evaluate(graph, feeds))].map(([name, tensor]) => [name, shaken(tensor)]));
}

async function quantized(steps: readonly Step[], seed: number | null): Promise<Graph> {
  const { evaluate, release } = createEvaluator();
  const options = { evaluate: seed === null ? evaluate : noisy(evaluate, seed), dataset: DATASET };
  return (await runPipeline(FLOAT, steps, options).finally(release)).graph;
}

test('all codes, scales, biases and tables of a model are the same with and without noise, for 12 of 12 seeds', async () => {
  const steps = [step(calibrate, { samples: 32 }), step(quantizeInt8), step(correctBias, { samples: 16 })];
  const plain = described(await quantized(steps, null));
  const moved: number[] = [];
  for (let seed = 1; seed <= 12; seed++) {
    const other = described(await quantized(steps, seed));
    if (!isDeepStrictEqual(other, plain)) moved.push(seed);
  }
  expect(moved).toEqual([]);
});

test.each(CALIBRATION_METHODS)('%s: the same ranges', async (method) => {
  const steps = [step(calibrate, { samples: 16, method })];
  const plain = (await quantized(steps, null)).ranges;
  for (const seed of [1, 2, 3]) expect((await quantized(steps, seed)).ranges).toEqual(plain);
});

test('of random ends one in three thousand moves; they grow by 0.3 % on average and 0.8 % at most', () => {
  const { uniform } = createRng(5);
  const ends = Array.from({ length: 30_000 }, () => 10 ** (12 * uniform() - 6));
  const steady = (x: number) => steadyRange({ min: -x, max: x }).max;
  const moved = ends.filter((x) => steady(x) !== steady(x * (1 + NOISE))).length;
  expect(moved).toBeLessThan(20);
  const growth = ends.map((x) => steady(x) / x - 1);
  expect(Math.max(...growth)).toBeLessThan(2 ** -7);
  expect(Math.min(...growth)).toBeGreaterThan(-(2 ** -17));
  expect(growth.reduce((sum, x) => sum + x, 0) / growth.length).toBeCloseTo(0.0028, 3);
});

test('ends that are steps stay, with noise too; zero stays zero', () => {
  for (const x of [0, 1, 6, 255, 0.5, 2 ** -140, 3 * 2 ** 120]) {
    expect(steadyRange({ min: -x, max: x })).toEqual({ min: x === 0 ? 0 : -x, max: x });
    expect(steadyRange({ min: 0, max: x * (1 + NOISE) }).max).toBe(x);
    expect(steadyRange({ min: 0, max: x * (1 - NOISE) }).max).toBe(x);
  }
});
