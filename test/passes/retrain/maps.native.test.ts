import { expect, test } from 'vitest';
import { tensorOf } from '../../../src/ir/tensor.ts';
import { parseGraph } from '../../../src/ir/text-parser.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import type { Dataset } from '../../../src/passes/pass.ts';
import { step } from '../../../src/passes/pass.ts';
import { lsq } from '../../../src/passes/retrain/lsq.ts';
import { encode, run } from './support.ts';

const [SIZE, CLASSES] = [8, 3];
const rng = createRng(4);
const random = (count: number, spread: number) =>
  Array.from({ length: count }, () => Math.fround(spread * rng.normal())).join(', ');

/** Scores of three classes for each place. */
const NET = parseGraph(`
  input x: f32[1,2,${SIZE},${SIZE}]
  const w1: f32[6,2,3,3] = ${random(108, 0.3)}
  const w2: f32[${CLASSES},6,3,3] = ${random(162, 0.3)}
  h: f32[1,6,${SIZE},${SIZE}] = Conv(x, w1) pads=[1,1,1,1] kernel_shape=[3,3] clip=[0,inf]
  y: f32[1,${CLASSES},${SIZE},${SIZE}] = Conv(h, w2) pads=[1,1,1,1] kernel_shape=[3,3]
  return y`);

/** The class of a place: whether one channel or the other is above 0.5, or none; of some places nothing is known. */
const samples = Array.from({ length: 96 }, () =>
  Float32Array.from({ length: 2 * SIZE * SIZE }, () => Math.fround(rng.normal())),
);
const data: Dataset = {
  length: samples.length,
  sample: (index) => new Map([['x', tensorOf('f32', [1, 2, SIZE, SIZE], Array.from(samples[index]!))]]),
  maps: {
    shape: [SIZE, SIZE],
    sample: (index) =>
      Int32Array.from({ length: SIZE * SIZE }, (_, i) => {
        const [a, b] = [samples[index]![i]!, samples[index]![SIZE * SIZE + i]!];
        return i % 7 === 0 ? -1 : a > 0.5 ? 1 : b > 0.5 ? 2 : 0;
      }),
  },
};

test('a net of scores for each place learns from maps of labels, which its float model knows nothing of', async () => {
  const training = step(lsq, { epochs: 30, batch: 16, rate: 0.01, loss: 'labels' });
  const { remarks } = await run([...encode('int4', {}, 'nearest'), training], NET, data);
  const [before, after] = [...remarks.at(-1)!.text.matchAll(/loss ([\d.]+), ([\d.]+) % right/g)].map(([, ...told]) =>
    told.map(Number),
  );
  expect(after![0]).toBeLessThan(0.5 * before![0]!);
  // Of the places that have a class.
  expect(after![1]).toBeGreaterThan(65);
});

test('maps of another size than the scores are refused', async () => {
  const small = { ...data, maps: { shape: [4, 4], sample: () => new Int32Array(16) } };
  const training = step(lsq, { epochs: 1, loss: 'labels' });
  await expect(run([...encode('int4', {}, 'nearest'), training], NET, small)).rejects.toThrow(
    'the model has no output [1, classes, 4, 4]',
  );
});
