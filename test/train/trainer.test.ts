import { describe, expect, test } from 'vitest';
import { batchStatistics } from '../../src/autodiff/batch-statistics.ts';
import { buildOn } from '../../src/autodiff/builder.ts';
import { correctCount, crossEntropy } from '../../src/autodiff/losses.ts';
import { adam, sgd } from '../../src/autodiff/optimizers.ts';
import { constantsToInputs, trainingStep } from '../../src/autodiff/training-step.ts';
import { withBatch } from '../../src/autodiff/with-batch.ts';
import { bytesOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { openTrainingSession } from '../../src/runtime/training-session.ts';
import { constant, cosine, stepDecay, warmUp } from '../../src/train/schedules.ts';
import { type Checkpoint, train } from '../../src/train/trainer.ts';
import { holdBack, type TrainingData, tensorData } from '../../src/train/training-data.ts';

const SIZE = 12;
const CLASSES = 4;
const BATCH = 16;

/** A small LeNet with weights drawn as He et al. (2015) do. */
function network(seed: number, normalized = false): Graph {
  const rng = createRng(seed);
  const weights = (count: number, inputs: number) =>
    Array.from({ length: count }, () => rng.normal() * Math.sqrt(2 / inputs)).join(', ');
  const zeros = (count: number) => new Array(count).fill(0).join(', ');
  const ones = (count: number) => new Array(count).fill(1).join(', ');
  const first = normalized
    ? `n: f32[1,6,12,12] = BatchNormalization(c1, g1, h1, m1, v1)
       a1: f32[1,6,12,12] = Relu(n)
       const g1: f32[6] = ${ones(6)}
       const h1: f32[6] = ${zeros(6)}
       const m1: f32[6] = ${zeros(6)}
       const v1: f32[6] = ${ones(6)}`
    : 'a1: f32[1,6,12,12] = Relu(c1)';
  return parseGraph(`
    input x: f32[1,1,${SIZE},${SIZE}]
    const w1: f32[6,1,3,3] = ${weights(54, 9)}
    const b1: f32[6] = ${zeros(6)}
    const w2: f32[8,6,3,3] = ${weights(432, 54)}
    const b2: f32[8] = ${zeros(8)}
    const w3: f32[${CLASSES},72] = ${weights(72 * CLASSES, 72)}
    const b3: f32[${CLASSES}] = ${zeros(CLASSES)}
    c1: f32[1,6,12,12] = Conv(x, w1, b1) pads=[1,1,1,1]
    ${first}
    p1: f32[1,6,6,6] = MaxPool(a1) kernel_shape=[2,2] strides=[2,2]
    c2: f32[1,8,6,6] = Conv(p1, w2, b2) pads=[1,1,1,1] clip=[0,inf]
    p2: f32[1,8,3,3] = MaxPool(c2) kernel_shape=[2,2] strides=[2,2]
    f: f32[1,72] = Flatten(p2)
    y: f32[1,${CLASSES}] = Gemm(f, w3, b3) transB=1
    return y`);
}

/** Bars of four directions somewhere in noise. */
function bars(count: number, seed: number): TrainingData {
  const rng = createRng(seed);
  const images = new Float32Array(count * SIZE * SIZE).map(() => 0.1 * rng.normal());
  const labels = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    const label = rng.int(0, CLASSES - 1);
    const [y, x] = [rng.int(2, SIZE - 3), rng.int(2, SIZE - 3)];
    const [dy, dx] = [
      [0, 1],
      [1, 0],
      [1, 1],
      [1, -1],
    ][label];
    for (let t = -2; t <= 2; t++) images[i * SIZE * SIZE + (y + t * dy) * SIZE + x + t * dx] += 2;
    labels[i] = BigInt(label);
  }
  return tensorData(
    new Map<ValueName, Tensor>([
      ['x', { dtype: 'f32', shape: [count, 1, SIZE, SIZE], data: images }],
      ['labels', { dtype: 'i64', shape: [count], data: labels }],
    ]),
  );
}

function withLoss(graph: Graph): { graph: Graph; loss: ValueName; correct: ValueName } {
  const build = buildOn(withBatch(graph, BATCH));
  const labels = build.draft.input('labels', { dtype: 'i64', shape: [BATCH], quant: null });
  const [logits] = graph.outputs;
  const [loss, correct] = [crossEntropy(build, logits, labels), correctCount(build, logits, labels)];
  build.draft.addOutput(loss);
  build.draft.addOutput(correct);
  return { graph: build.draft.finish(), loss, correct };
}

const PARAMETERS = ['w1', 'b1', 'w2', 'b2', 'w3', 'b3'];

/** The share of samples whose class is found, with these parameters. */
async function accuracy(
  task: ReturnType<typeof withLoss>,
  data: TrainingData,
  values: ReadonlyMap<ValueName, Tensor>,
): Promise<number> {
  const open = constantsToInputs(task.graph, PARAMETERS);
  const session = await openTrainingSession(open);
  let correct = 0;
  for (let i = 0; i + BATCH <= data.length; i += BATCH) {
    const feeds = new Map([...(await data.batch(Array.from({ length: BATCH }, (_, j) => i + j)))]);
    for (const name of PARAMETERS) feeds.set(name, values.get(name)!);
    correct += Number((await session.run(feeds, [task.correct])).get(task.correct)!.data[0]);
  }
  await session.release();
  return correct / data.length;
}

const byteText = (values: ReadonlyMap<ValueName, Tensor>) =>
  [...values].map(([name, tensor]) => `${name} ${Buffer.from(bytesOf(tensor)).toString('hex')}`);

describe('a small LeNet', () => {
  test('learns from scratch', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: adam() });
    const options = { data: bars(512, 2), epochs: 8, rate: cosine(5e-3), seed: 3, open: openTrainingSession };
    const trained = await train(step, options);
    expect(trained.history.at(-1)!.loss).toBeLessThan(trained.history[0].loss / 2);
    expect(await accuracy(task, bars(256, 4), step.initial)).toBeLessThan(0.5);
    expect(await accuracy(task, bars(256, 4), trained.values)).toBeGreaterThan(0.9);
  });

  test('leaves the smallest numbers of JavaScript as they are', () => {
    const [tiny] = new Float64Array([2 ** -1060]);
    expect(tiny * 3).toBeGreaterThan(0);
  });

  test('gives the same bytes for the same seed', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: adam() });
    const options = { data: bars(128, 2), epochs: 2, rate: cosine(5e-3), open: openTrainingSession };
    const [first, again, other] = [3, 3, 4].map((seed) => train(step, { ...options, seed }));
    expect(byteText((await again).values)).toEqual(byteText((await first).values));
    expect(byteText((await other).values)).not.toEqual(byteText((await first).values));
  });

  test('learns with batch normalization, whose running statistics move along', async () => {
    const task = withLoss(network(1, true));
    const form = batchStatistics(task.graph);
    const spec = { loss: task.loss, parameters: [...PARAMETERS, 'g1', 'h1'], optimizer: sgd({ weightDecay: 1e-4 }) };
    const step = trainingStep(form.graph, { ...spec, custom: form.custom, updates: form.updates });
    const options = { data: bars(512, 2), epochs: 8, rate: cosine(0.02), seed: 3, open: openTrainingSession };
    const { history, values } = await train(step, options);
    expect(history.at(-1)!.loss).toBeLessThan(0.3);
    const normalized = {
      ...task,
      graph: {
        ...task.graph,
        constants: new Map([...task.graph.constants].map(([name, tensor]) => [name, values.get(name) ?? tensor])),
      },
    };
    expect(await accuracy(normalized, bars(256, 4), values)).toBeGreaterThan(0.85);
  });

  test('resumes from a checkpoint as if it had not stopped', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: sgd() });
    const options = {
      data: bars(64, 2),
      epochs: 3,
      rate: stepDecay(0.05, { at: [0.5] }),
      seed: 3,
      open: openTrainingSession,
    };
    const checkpoints: Checkpoint[] = [];
    const whole = await train(step, { ...options, checkpoint: (checkpoint) => void checkpoints.push(checkpoint) });
    const resumed = await train(step, { ...options, from: checkpoints[0] });
    expect(byteText(resumed.values)).toEqual(byteText(whole.values));
    expect(resumed.history).toEqual(whole.history);
  });

  test('keeps the best validation and stops early', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: sgd() });
    const seen = [5, 4, 3, 6, 7, 8, 9];
    const steps: number[] = [];
    const trained = await train(step, {
      data: bars(32, 2),
      epochs: 6,
      rate: constant(0.01),
      seed: 3,
      open: openTrainingSession,
      validate: async () => seen.shift()!,
      patience: 2,
      progress: ({ step: count }) => void steps.push(count),
    });
    expect(trained.epoch).toBe(2);
    expect(trained.history.map(({ validation }) => validation)).toEqual([4, 3, 6, 7]);
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('resumes where patience had ended it, and stays ended', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: sgd() });
    const seen = [5, 4, 3, 6, 7];
    const options = {
      data: bars(32, 2),
      epochs: 6,
      rate: constant(0.01),
      seed: 3,
      open: openTrainingSession,
      patience: 2,
    };
    const kept: Checkpoint[] = [];
    const whole = await train(step, {
      ...options,
      validate: async () => seen.shift()!,
      checkpoint: (checkpoint) => void kept.push(checkpoint),
    });
    const again = await train(step, { ...options, from: kept[kept.length - 1], validate: async () => 0 });
    expect({ ...again, values: byteText(again.values) }).toEqual({ ...whole, values: byteText(whole.values) });
  });

  test('parameters that are no numbers at the end of an epoch are not kept', async () => {
    const graph = parseGraph(`
      input x: f32[1]
      const w: f32[1] = 1
      y: f32[1] = Mul(x, w)
      loss: f32[] = ReduceSum(y) keepdims=0
      return loss`);
    const step = trainingStep(graph, { loss: 'loss', parameters: ['w'], optimizer: sgd() });
    const data = tensorData(new Map([['x', { dtype: 'f32', shape: [1], data: Float32Array.of(1e30) }]]));
    const kept: Checkpoint[] = [];
    const options = { data, epochs: 3, rate: constant(1e30), seed: 1, open: openTrainingSession };
    const run = train(step, { ...options, checkpoint: (checkpoint) => void kept.push(checkpoint) });
    await expect(run).rejects.toThrow('w holds no numbers any more in epoch 1, batch 1');
    expect(kept).toEqual([]);
  });

  test('says what is wrong', async () => {
    const task = withLoss(network(1));
    const step = trainingStep(task.graph, { loss: task.loss, parameters: PARAMETERS, optimizer: sgd() });
    const options = { data: bars(64, 2), epochs: 2, rate: constant(1e30), seed: 3, open: openTrainingSession };
    await expect(train(step, options)).rejects.toMatchObject({ problem: { code: 'DIVERGED' } });
    await expect(train(step, { ...options, data: bars(8, 2) })).rejects.toMatchObject({
      problem: { code: 'BAD_DATA' },
    });
    await expect(train(step, { ...options, rate: constant(0), signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });
});

test('schedules', () => {
  const rates = (schedule: (step: number, steps: number) => number) =>
    [0, 1, 2, 3].map((step) => Number(schedule(step, 4).toFixed(4)));
  expect(rates(constant(2))).toEqual([2, 2, 2, 2]);
  expect(rates(stepDecay(1, { at: [0.5, 0.75] }))).toEqual([1, 1, 0.1, 0.01]);
  expect(rates(cosine(1, { floor: 0.1 }))).toEqual([1, 0.8682, 0.55, 0.2318]);
  expect(rates(warmUp(constant(1), 2))).toEqual([0.5, 1, 1, 1]);
});

test('samples held back are drawn once, by the seed', async () => {
  const data = tensorData(
    new Map([['x', { dtype: 'i32', shape: [8, 1], data: Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7]) } as const]]),
  );
  const { train: rest, held } = holdBack(data, 0.25, 1);
  const all = async (part: TrainingData) =>
    Array.from((await part.batch(Array.from({ length: part.length }, (_, i) => i))).get('x')!.data as Int32Array);
  expect([...(await all(rest)), ...(await all(held))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(held.length).toBe(2);
  expect(await all(held)).toEqual(await all(holdBack(data, 0.25, 1).held));
  expect(() => holdBack(data, 0.01, 1)).toThrow(/cannot be divided/);
});
