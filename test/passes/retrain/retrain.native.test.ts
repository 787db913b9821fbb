import { beforeAll, describe, expect, test } from 'vitest';
import { constantOf, typeOf } from '../../../src/ir/graph.ts';
import type { Json } from '../../../src/ir/program.ts';
import { numbersOf } from '../../../src/ir/tensor.ts';
import { printGraph } from '../../../src/ir/text.ts';
import type { Graph } from '../../../src/ir/types.ts';
import { verifyGraph } from '../../../src/ir/verify.ts';
import { type AnyPass, type Checkpoints, type Dataset, step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { inq } from '../../../src/passes/retrain/inq.ts';
import { lsq } from '../../../src/passes/retrain/lsq.ts';
import { prunePass } from '../../../src/passes/retrain/prune.ts';
import { sharedValuesPass } from '../../../src/passes/retrain/shared-values.ts';
import { trainPass } from '../../../src/passes/retrain/train.ts';
import { ttq } from '../../../src/passes/retrain/ttq.ts';
import { twn } from '../../../src/passes/retrain/twn.ts';
import { gridNamed } from '../../../src/quant/grids/index.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import type { Checkpoint } from '../../../src/train/trainer.ts';
import { randomFeeds } from '../support.ts';
import { encode, FLOAT, run } from './support.ts';

const COUNT = 160;
const QUICK = { epochs: 1, batch: 16, held: 0.2 };
let labelled: Dataset;

/** Labels are what the float model says. */
beforeAll(async () => {
  const evaluator = createEvaluator();
  const labels = new Int32Array(COUNT);
  for (let i = 0; i < COUNT; i++) {
    const scores = Array.from((await evaluator.evaluate(FLOAT, randomFeeds(FLOAT, i))).get('z')!.data, Number);
    labels[i] = scores.indexOf(Math.max(...scores));
  }
  await evaluator.release();
  labelled = { length: COUNT, labels, sample: (index) => randomFeeds(FLOAT, index) };
});

/** Codes of every layer, by the name of its result. */
function codesOf(graph: Graph): Map<string, number[]> {
  return new Map(
    graph.nodes.flatMap(({ inputs, outputs }) => {
      const weights = inputs[1] != null && typeOf(graph, inputs[1]).quant ? constantOf(graph, inputs[1]) : null;
      return weights ? [[outputs[0]!, Array.from(numbersOf(weights))]] : [];
    }),
  );
}

const lossIn = (text: string) => [...text.matchAll(/loss ([\d.e-]+)/g)].map(([, loss]) => Number(loss));

describe.each<[string, string, AnyPass, { [key: string]: Json }]>([
  ['inq', 'pow2-4', inq as AnyPass, { portions: [0.5, 1] }],
  ['inq from the float weights, at random', 'pow2-5', inq as AnyPass, { start: 'float', partition: 'random' }],
  ['inq with trained ranges', 'pow2-3', inq as AnyPass, { ranges: true }],
  ['ttq', 'ternary', ttq as AnyPass, {}],
  ['ttq with a share of zeros', 'ternary', ttq as AnyPass, { sparsity: 0.5 }],
  ['twn', 'ternary', twn as AnyPass, {}],
  ['lsq', 'int3', lsq as AnyPass, {}],
  ['lsq of powers of two', 'pow2-3', lsq as AnyPass, { start: 'codes' }],
  ['shared values', 'codebook-8', sharedValuesPass as AnyPass, { joint: false }],
])('%s', (_, format, pass, options) => {
  test('trains codes of its format, the same for the same seed, close to what it simulated', async () => {
    const steps = [...encode(format, {}, 'nearest'), step(pass, { ...QUICK, select: 'last', ...options })];
    const [{ graph, remarks }, again] = [await run(steps, FLOAT, labelled), await run(steps, FLOAT, labelled)];
    verifyGraph(graph);
    expect(printGraph(again.graph)).toBe(printGraph(graph));
    const before = codesOf((await run(encode(format, {}, 'nearest'), FLOAT, labelled)).graph);
    const after = codesOf(graph);
    expect(printGraph(graph)).not.toContain('NaN');
    const grid = gridNamed(format);
    for (const [output, codes] of after) {
      expect(codes).toHaveLength(before.get(output)!.length);
      if (pass.name === 'ttq') expect(new Set(codes).size).toBeLessThanOrEqual(3);
      else if (grid) expect(codes.every((code) => grid.levels.includes(code))).toBe(true);
      else expect(new Set(codes).size).toBeLessThanOrEqual(8);
    }
    const { text } = remarks.find((remark) => remark.pass === pass.name)!;
    expect(lossIn(text).every(Number.isFinite)).toBe(true);
  });
});

test.each<[string, AnyPass, string]>([
  ['inq', inq as AnyPass, 'pow2-3'],
  ['ttq', ttq as AnyPass, 'ternary'],
  ['lsq', lsq as AnyPass, 'int2'],
])('%s learns what helps on samples it was not trained on', async (_, pass, format) => {
  const steps = [...encode(format, {}, 'nearest'), step(pass, { ...QUICK, epochs: 12, rate: 1e-2 })];
  const { remarks } = await run(steps, FLOAT, labelled);
  const [before, after] = lossIn(remarks.find((remark) => remark.pass === pass.name)!.text);
  expect(after).toBeLessThan(0.97 * before);
});

test('weights that pruning made zero stay zero in INQ, and every layer keeps its share', async () => {
  const layers = [
    { match: '*', keep: 0.4 },
    { match: 'y', keep: 0.75 },
  ];
  const pruned = await run([step(prunePass, { ...QUICK, layers, parts: 2 })], FLOAT, labelled);
  const share = (values: ArrayLike<number>) => Array.from(values).filter((value) => value !== 0).length / values.length;
  for (const [name, keep] of [
    ['w1', 0.4],
    ['v1', 0.4],
    ['v2', 0.75],
  ] as const) {
    expect(Math.abs(share(numbersOf(pruned.graph.constants.get(name)!)) - keep)).toBeLessThan(0.1);
  }
  const steps = [...encode('pow2-4', {}, 'nearest'), step(inq, { ...QUICK, select: 'last' })];
  const { graph } = await run(steps, pruned.graph, labelled);
  const codes = codesOf(graph).get('g')!;
  const weights = numbersOf(pruned.graph.constants.get('v1')!);
  expect(codes.some((code, i) => code !== 0 && weights[i] === 0)).toBe(false);
});

test('train makes a float model better, and leaves it where it does not', async () => {
  const blurred = {
    ...FLOAT,
    constants: new Map([...FLOAT.constants].map(([name, tensor]) => [name, name === 'v2' ? halved(tensor) : tensor])),
  };
  const options = { ...QUICK, epochs: 6, rate: 0.02 };
  const { graph, remarks } = await run([step(trainPass, options)], blurred, labelled);
  const [before, after] = lossIn(remarks[0].text);
  expect(after).toBeLessThan(before);
  expect(printGraph(graph)).not.toBe(printGraph(blurred));
  const spoilt = await run([step(trainPass, { ...options, epochs: 1, rate: 1 })], FLOAT, labelled);
  expect(spoilt.remarks[0].text).toContain('left as it was');
  expect(printGraph(spoilt.graph)).toBe(printGraph(FLOAT));
});

test('goes on from checkpoints as if it had not stopped', async () => {
  const kept = new Map<string, Checkpoint>();
  let writes = 0;
  const checkpoints = (most: number): Checkpoints => ({
    read: async (name) => kept.get(name) ?? null,
    write: async (name, checkpoint) => {
      kept.set(name, checkpoint);
      if (++writes === most) throw new Error('cut off');
    },
  });
  const steps = [...encode('pow2-4', {}, 'nearest'), step(inq, { ...QUICK, epochs: 2, select: 'last' })];
  const whole = await run(steps, FLOAT, labelled);
  const evaluator = createEvaluator();
  const go = (most: number) =>
    runPipeline(FLOAT, steps, {
      evaluate: evaluator.evaluate,
      open: openTrainingSession,
      dataset: labelled,
      checkpoints: checkpoints(most),
    });
  await expect(go(3)).rejects.toThrow('cut off');
  expect([...kept.keys()]).toEqual(['3-inq/portion-1', '3-inq/portion-2']);
  const { graph } = await go(0);
  await evaluator.release();
  expect(printGraph(graph)).toBe(printGraph(whole.graph));
});

describe('refuses', () => {
  const quick = [...encode('ternary', {}, 'nearest'), step(ttq, QUICK)];
  test('labels out of range, naming the sample', async () => {
    const labels = labelled.labels!.slice();
    labels[7] = 4;
    await expect(run(quick, FLOAT, { ...labelled, labels })).rejects.toThrow('the label of sample 7 is 4');
  });
  test('another number of labels than samples', async () => {
    const labels = labelled.labels!.slice(0, 10);
    await expect(run(quick, FLOAT, { ...labelled, labels })).rejects.toThrow('10 labels for 160 samples');
  });
  test('labels that are not there', async () => {
    const steps = [...encode('ternary'), step(ttq, { ...QUICK, loss: 'labels' })];
    await expect(run(steps, FLOAT, { ...labelled, labels: null })).rejects.toThrow('has none');
  });
  test('a rate that makes it diverge, naming the epoch', async () => {
    const steps = [step(trainPass, { ...QUICK, optimizer: 'sgd', rate: 1e30 })];
    await expect(run(steps, FLOAT, labelled)).rejects.toMatchObject({ problem: { code: 'DIVERGED' } });
    await expect(run(steps, FLOAT, labelled)).rejects.toThrow(/epoch 1, batch \d/);
  });
});

function halved(tensor: NonNullable<ReturnType<typeof constantOf>>) {
  return { ...tensor, data: (tensor.data as Float32Array).map((x, i) => (i % 2 ? x : x / 4)) };
}
