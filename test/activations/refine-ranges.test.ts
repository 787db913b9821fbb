import { afterAll, expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Range } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { step } from '../../src/passes/pass.ts';
import { type Pipeline, runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { openTrial, runAll, squaredError, withRanges } from '../../src/passes/quantize/range-trial.ts';
import { refineRanges } from '../../src/passes/quantize/refine-ranges.ts';
import { simulateCodes } from '../../src/passes/quantize/simulate-codes.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { must } from '../../src/support/errors.ts';

const evaluator = createEvaluator();
afterAll(() => evaluator.release());

/** Channel 0 of a is large and hardly read by y, channel 1 is small and all that counts. */
const NETWORK = parseGraph(`
  input x: f32[1,2,1,8]
  const w: f32[2,2,1,1] = 8, 0, 0, 1
  const v: f32[1,2,1,1] = 0.001, 1
  a: f32[1,2,1,8] = Conv(x, w) kernel_shape=[1,1] clip=[0,inf]
  b: f32[1,2,1,8] = MaxPool(a) kernel_shape=[1,1]
  y: f32[1,1,1,8] = Conv(b, v) kernel_shape=[1,1]
  return y`);

const sample = (index: number) =>
  new Map([['x', tensorOf('f32', [1, 2, 1, 8], Array.from({ length: 16 }, createRng(index).normal))]]);

async function rangesAfter(passes: Pipeline): Promise<ReadonlyMap<string, Range>> {
  const options = { evaluate: evaluator.evaluate, dataset: { length: 32, sample } };
  return must((await runPipeline(NETWORK, passes, options)).graph.ranges, 'ranges');
}

test('a range follows what the last layer makes of it, and all that share the scale go with it', async () => {
  const four = step(calibrate, { activations: [{ match: '*', bits: 4 }] });
  const [before, after] = [await rangesAfter([four]), await rangesAfter([four, refineRanges])];
  const top = (ranges: ReadonlyMap<string, Range>) =>
    Math.max(...['a', 'b'].map((value) => ranges.get(value)?.max ?? 0));
  expect(after.get('a')).toEqual(after.get('b'));
  expect(after.get('a')).toMatchObject({ min: 0, bits: 4 });
  expect(top(after)).toBeLessThan(0.65 * top(before));
  expect(after.get('y')).toEqual(before.get('y'));
});

test('without activations of few bits nothing changes', async () => {
  expect(await rangesAfter([calibrate, refineRanges])).toEqual(await rangesAfter([calibrate]));
});

test('a trial of one range gives the very error of the whole simulation', async () => {
  const graph = parseGraph(`
    input x: f32[1,2,1,8]
    const w: f32[2,2,1,1] = 8, 0, 0, 1
    const v: f32[1,2,1,1] = 0.3, 1
    a: f32[1,2,1,8] = Conv(x, w) kernel_shape=[1,1]
    b: f32[1,2,1,8] = Sigmoid(a)
    c: f32[1,2,1,8] = Mul(b, x)
    y: f32[1,1,1,8] = Conv(c, v) kernel_shape=[1,1]
    z: f32[1,2,1,8] = Conv(x, w) kernel_shape=[1,1]
    return y, z`);
  const ranges = [3, 8, 1, 2].map((max) => ({ min: -max, max, bits: 4 }));
  const groups = ['x', 'a', 'b', 'c'].map((member, i) => ({ members: [member], range: ranges[i] }));
  const simulation = simulateCodes(graph, groups);
  const feeds = [sample(1), sample(2)];
  const ctx = { evaluate: evaluator.evaluate, signal: null };
  const goal = await runAll(graph, feeds, ctx);
  for (const g of groups.keys()) {
    const range = { min: -0.7 * ranges[g].max, max: 0.7 * ranges[g].max, bits: 4 };
    const errorOf = await openTrial(simulation, ranges, g, { feeds, goal }, ctx);
    const whole = await runAll(withRanges(simulation, ranges.with(g, range)), feeds, ctx);
    expect(await errorOf(range)).toBe(squaredError(whole, goal));
    expect(await errorOf(range)).not.toBe(await errorOf(ranges[g]));
  }
});
