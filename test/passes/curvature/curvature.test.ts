import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildOn } from '../../../src/autodiff/builder.ts';
import { differentiate } from '../../../src/autodiff/differentiate.ts';
import { crossEntropy } from '../../../src/autodiff/losses.ts';
import { constantsToInputs } from '../../../src/autodiff/training-step.ts';
import { constantOf } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import type { CurvatureKind } from '../../../src/passes/curvature/curvature.ts';
import type { Dataset } from '../../../src/passes/pass.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import { randomFeeds } from '../support.ts';
import {
  farthest,
  type Mlp,
  measure,
  mlpGraph,
  randomMlp,
  randomRow,
  rowsDataset,
  secondDifferences,
} from './support.ts';

/** Mean over samples of second differences of the loss. Which label is asked for changes nothing. */
function wantedOf(layers: Mlp, l: number, rows: readonly number[][]): number[] {
  const parts = rows.map((x, i) => secondDifferences(layers, l, x, i % layers.at(-1)!.length));
  return parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i] / rows.length, 0));
}

describe('the Hessian of the loss', () => {
  const shapes = (depth: number) =>
    fc.array(fc.integer({ min: 2, max: 5 }), { minLength: depth + 1, maxLength: depth + 1 });
  const kinds: [CurvatureKind, depth: number][] = [
    ['second-order', 1],
    ['gauss-newton', 1],
    ['gauss-newton', 2],
    ['gauss-newton', 3],
  ];

  test.each(kinds)("is what '%s' gives for %d layers of any shape", async (kind, depth) => {
    await fc.assert(
      fc.asyncProperty(shapes(depth), fc.integer(), async (widths, seed) => {
        const rng = createRng(seed);
        const layers = randomMlp(widths, rng);
        const rows = Array.from({ length: 3 }, () => randomRow(widths[0], rng));
        const got = await measure(kind, mlpGraph(layers), rowsDataset(rows));
        expect([...got.keys()]).toEqual(layers.map((_, l) => `w${l}`));
        for (const [name, h] of got) {
          expect(farthest(h, wantedOf(layers, Number(name.slice(1)), rows))).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 15 },
    );
  });
});

const random = (count: number, seed: number, spread: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(spread * rng.normal())).join(', ');
};

/** Piecewise linear in every weight: there the Gauss-Newton diagonal is that of the Hessian. */
const NETWORK = parseGraph(`
  input x: f32[1,2,6,6]
  const w1: f32[4,2,3,3] = ${random(72, 1, 0.4)}
  const b1: f32[4] = ${random(4, 2, 0.5)}
  const w2: f32[4,1,3,3] = ${random(36, 3, 0.5)}
  const scale: f32[4] = 1, 0.5, -2, 1.5
  const shift: f32[4] = 0.1, 0.2, -0.3, 0
  const mean: f32[4] = 0, 1, 0.5, -0.5
  const variance: f32[4] = 1, 2, 0.5, 1
  const w3: f32[8,16] = ${random(128, 4, 0.3)}
  const b3: f32[8] = ${random(8, 6, 1)}
  const w4: f32[8,3] = ${random(24, 5, 0.8)}
  c1: f32[1,4,6,6] = Conv(x, w1, b1) pads=[1,1,1,1] kernel_shape=[3,3] clip=[0,6]
  c2: f32[1,4,6,6] = Conv(c1, w2) pads=[1,1,1,1] group=4 kernel_shape=[3,3]
  n: f32[1,4,6,6] = BatchNormalization(c2, scale, shift, mean, variance)
  s: f32[1,4,6,6] = Add(c1, n) clip=[0,inf]
  p: f32[1,4,4,4] = AveragePool(s) kernel_shape=[3,3]
  m: f32[1,4,2,2] = MaxPool(p) kernel_shape=[2,2] strides=[2,2]
  f: f32[1,16] = Flatten(m)
  g: f32[1,8] = Gemm(f, w3, b3) transB=1
  r: f32[1,8] = Relu(g)
  z: f32[1,3] = MatMul(r, w4)
  y: f32[1,3] = Softmax(z) axis=1
  return y`);
const WEIGHTS = ['w1', 'w2', 'w3', 'w4'];
const samplesOf = (length: number, first = 0): Dataset => ({
  length,
  sample: (i) => randomFeeds(NETWORK, first + i),
});

/** Differences of the gradient of -log p(0), one weight at a time. */
async function gradientDifferences(graph: Graph, feeds: ReadonlyMap<ValueName, Tensor>) {
  const build = buildOn({ ...constantsToInputs(graph, WEIGHTS), outputs: ['z'] });
  const target = build.constant('target', [1, 3], [1, 0, 0]);
  const loss = crossEntropy(build, 'z', target);
  build.draft.addOutput(loss);
  const derivative = differentiate(build.draft.finish(), loss, WEIGHTS);
  const session = await openTrainingSession(derivative.graph);
  const point = new Map([...feeds, ...WEIGHTS.map((name) => [name, constantOf(graph, name)!] as const)]);
  const step = 2e-3;
  const result = new Map<ValueName, number[]>();
  for (const name of WEIGHTS) {
    const { shape, data } = point.get(name)!;
    const gradient = derivative.gradients.get(name)!;
    const at = async (i: number, by: number) => {
      const moved = Float32Array.from(data as Float32Array, (w, k) => (k === i ? w + by : w));
      const results = await session.run(new Map([...point, [name, { dtype: 'f32', shape, data: moved } as const]]));
      return Number(results.get(gradient)!.data[i]);
    };
    const all: number[] = [];
    for (const i of data.keys()) all.push(((await at(i, step)) - (await at(i, -step))) / (2 * step));
    result.set(name, all);
  }
  await session.release();
  return result;
}

test('Gauss-Newton is the Hessian of a piecewise linear network of convolutions, pools and sums', async () => {
  const got = await measure('gauss-newton', NETWORK, samplesOf(1, 3));
  const wanted = await gradientDifferences(NETWORK, randomFeeds(NETWORK, 3));
  for (const name of WEIGHTS) {
    expect(Math.max(...wanted.get(name)!)).toBeGreaterThan(0.01);
    expect(farthest(got.get(name)!, wanted.get(name)!)).toBeLessThan(2e-3);
  }
});

test('Monte-Carlo Fisher converges to Gauss-Newton', async () => {
  const few = { length: 3000, sample: (i: number) => randomFeeds(NETWORK, i % 3) };
  const got = await measure('fisher', NETWORK, few);
  for (const [name, wanted] of await measure('gauss-newton', NETWORK, samplesOf(3))) {
    expect(farthest(got.get(name)!, wanted)).toBeLessThan(0.1);
  }
});

test.each<CurvatureKind>(['second-order', 'gauss-newton'])(
  "'%s' of all samples is the mean of its parts",
  async (kind) => {
    const [all, first, rest] = [
      await measure(kind, NETWORK, samplesOf(5)),
      await measure(kind, NETWORK, samplesOf(2)),
      await measure(kind, NETWORK, samplesOf(3, 2)),
    ];
    for (const [name, h] of all) {
      const mean = h.map((_, i) => (2 * first.get(name)![i] + 3 * rest.get(name)![i]) / 5);
      expect(farthest(h, mean)).toBeLessThan(1e-6);
    }
  },
);

test.each<CurvatureKind>(['second-order', 'gauss-newton', 'fisher', 'adam'])(
  "'%s' is not negative, and the same again",
  async (kind) => {
    const [one, two] = [await measure(kind, NETWORK, samplesOf(20)), await measure(kind, NETWORK, samplesOf(20))];
    expect([...one.keys()]).toEqual(WEIGHTS);
    expect([...one.values()].every((h) => h.every((value) => value >= 0) && h.some((value) => value > 0))).toBe(true);
    expect(two).toEqual(one);
  },
);

test('a final Softmax changes nothing', async () => {
  const logits = { ...NETWORK, outputs: ['z'] };
  expect(await measure('gauss-newton', logits, samplesOf(2))).toEqual(
    await measure('gauss-newton', NETWORK, samplesOf(2)),
  );
});

describe('refused:', () => {
  test('no classifier', async () => {
    await expect(measure('fisher', { ...NETWORK, outputs: ['m'] }, samplesOf(1))).rejects.toMatchObject({
      problem: { code: 'UNSUPPORTED', because: ["'m' has the shape [1,4,2,2]"] },
    });
  });

  test('no samples', async () => {
    await expect(measure('fisher', NETWORK, null)).rejects.toMatchObject({ problem: { code: 'BAD_DATA' } });
  });

  test("what has gradients but no second-order rule, by 'second-order' alone", async () => {
    const graph = parseGraph(`
      input x: f32[1,2,6,6]
      const w: f32[3,2,6,6] = ${random(216, 1, 0.2)}
      const shape: i64[2] = 1, 3
      c: f32[1,3,1,1] = Conv(x, w) kernel_shape=[6,6]
      e: f32[1,3,1,1] = Exp(c)
      y: f32[1,3] = Reshape(e, shape)
      return y`);
    await expect(measure('second-order', graph, samplesOf(1))).rejects.toMatchObject({
      problem: { code: 'UNSUPPORTED', because: [expect.stringContaining('e: f32[1,3,1,1] = Exp(c)')] },
    });
    expect((await measure('gauss-newton', graph, samplesOf(1))).size).toBe(1);
  });
});
