import { afterAll, expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text-parser.ts';
import type { Range } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { step } from '../../src/passes/pass.ts';
import { type Pipeline, runPipeline } from '../../src/passes/pipeline.ts';
import { calibrate } from '../../src/passes/quantize/calibrate.ts';
import { refineRanges } from '../../src/passes/quantize/refine-ranges.ts';
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
