import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { farthest, measure, mlpGraph, probabilities, randomMlp, randomRow, rowsDataset } from './support.ts';

const rng = createRng(3);
const LAYERS = randomMlp([4, 3], rng);
const ROWS = Array.from({ length: 70 }, () => randomRow(4, rng));
const LABELS = Int32Array.from(ROWS, () => rng.int(0, 2));
const LABELLED = rowsDataset(ROWS, LABELS);

/** Of -log p(label) by the only weights. */
function gradientOf(i: number, label: number): number[] {
  const p = probabilities(LAYERS, ROWS[i]);
  return p.flatMap((own, c) => ROWS[i].map((x) => (own - (c === label ? 1 : 0)) * x));
}

function meanOf(rows: readonly number[][]): number[] {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i] / rows.length, 0));
}

test("'empirical-fisher' is the mean square of gradients at the labels of the samples taken", async () => {
  const taken = [0, 7, 14, 21, 28, 35, 42, 49, 56, 63];
  const wanted = meanOf(taken.map((i) => gradientOf(i, LABELS[i]).map((g) => g ** 2)));
  const got = await measure('empirical-fisher', mlpGraph(LAYERS), LABELLED, { samples: 10 });
  expect(farthest(got.get('w0')!, wanted)).toBeLessThan(1e-4);
});

describe("'adam' is the root of the second moment of gradients of batches of 32", () => {
  const draws = createRng(9);
  const drawn = ROWS.map((x) => {
    const p = probabilities(LAYERS, x);
    const u = draws.uniform();
    return u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
  });

  test.each([
    ['drawn', drawn, rowsDataset(ROWS)],
    ['true', LABELS, LABELLED],
  ])('at %s labels', async (_, labels, dataset) => {
    const batches = [0, 32, 64].map((start) => ROWS.slice(start, start + 32).map((_, k) => start + k));
    const gradients = batches.map((batch) => meanOf(batch.map((i) => gradientOf(i, labels[i]))));
    const v = gradients[0].map((_, i) => gradients.reduce((old, g) => 0.999 * old + 0.001 * g[i] ** 2, 0));
    const wanted = v.map((value) => Math.sqrt(value / (1 - 0.999 ** 3)));
    const got = await measure('adam', mlpGraph(LAYERS), dataset, { seed: 9 });
    expect(farthest(got.get('w0')!, wanted)).toBeLessThan(1e-4);
  });
});

test.each([
  ['no labels', rowsDataset(ROWS), "'empirical-fisher' needs the label of every sample"],
  [
    'labels that are no classes',
    rowsDataset(
      ROWS,
      Int32Array.from(ROWS, () => 3),
    ),
    'the label of sample 0 is 3, and the model has 3 classes',
  ],
])('refused: %s', async (_, dataset, message) => {
  await expect(measure('empirical-fisher', mlpGraph(LAYERS), dataset)).rejects.toMatchObject({
    problem: { code: 'BAD_DATA', message },
  });
});
