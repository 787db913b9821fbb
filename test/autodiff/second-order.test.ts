import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildOn } from '../../src/autodiff/builder.ts';
import { crossEntropyCurvature } from '../../src/autodiff/losses.ts';
import { secondOrder } from '../../src/autodiff/second-order.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { prune, typeOf } from '../../src/ir/graph.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph, Tensor, ValueName } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { createSession } from '../../src/runtime/ort-session.ts';
import { type Case, distinct, graphOf, ints, random } from './finite-differences.ts';

/** The derivatives by all inputs against sum_j (dy_j/dx_i)^2 h_j, dy/dx by central differences of every single element. */
async function errorOf(given: Case, step = 1e-2): Promise<number> {
  const graph = await graphOf(given);
  const rng = createRng(5);
  const [output] = graph.outputs;
  const h = random(rng, typeOf(graph, output).shape, () => rng.uniform());
  const seeded = secondOrder(
    graph,
    output,
    (build) => build.constant('h', h.shape, h.data as Float32Array),
    graph.inputs,
  );
  verifyGraph(seeded.graph);
  const session = await createSession(exportOnnx(seeded.graph));
  const draw = given.draw ?? (() => rng.normal());
  const point = new Map(
    graph.inputs.map((name): [string, Tensor] => [name, random(rng, typeOf(graph, name).shape, draw)]),
  );
  const run = (feeds: Map<string, Tensor>, name: ValueName) =>
    session.run(feeds, [name]).then((results) => results.get(name)!.data as Float32Array);
  let error = 0;
  for (const input of graph.inputs) {
    const got = await run(point, seeded.gradients.get(input)!);
    const { data } = point.get(input)!;
    for (const i of data.keys()) {
      const moved = (by: number): Tensor => {
        const { shape } = point.get(input)!;
        return tensorOf(
          'f32',
          shape,
          Array.from(data as Float32Array, (x, k) => (k === i ? x + by : x)),
        );
      };
      const up = await run(new Map([...point, [input, moved(step)]]), output);
      const down = await run(new Map([...point, [input, moved(-step)]]), output);
      const wanted = up.reduce((sum, y, j) => sum + ((y - down[j]) / (2 * step)) ** 2 * Number(h.data[j]), 0);
      error = Math.max(error, Math.abs(got[i] - wanted) / (1 + wanted));
    }
  }
  await session.release();
  return error;
}

const X = [1, 4, 5, 6];

describe('squares of derivatives, by every single element', () => {
  test.each<Case>([
    { op: 'Conv', inputs: [X, [3, 4, 3, 3], [3]], attributes: { pads: [1, 0, 1, 2] } },
    { op: 'Conv', inputs: [X, [4, 4, 2, 3]], attributes: { strides: [2, 2], dilations: [1, 2] } },
    { op: 'Conv', inputs: [X, [8, 1, 3, 3], [8]], attributes: { group: 4, pads: [1, 1, 1, 1], strides: [2, 1] } },
    { op: 'Conv', inputs: [X, [2, 4, 3, 3]], clip: [0, 6], draw: (rng) => 0.3 * rng.normal() },
    {
      op: 'ConvTranspose',
      inputs: [
        [1, 3, 3, 2],
        [3, 2, 3, 3],
      ],
      attributes: { strides: [2, 2] },
    },
    { op: 'Gemm', inputs: [[2, 5], [3, 5], [3]], attributes: { transB: 1, alpha: 0.5, beta: 3 } },
    {
      op: 'MatMul',
      inputs: [
        [2, 3, 4],
        [4, 2],
      ],
    },
    { op: 'Mul', inputs: [[2, 3], [3]] },
    {
      op: 'Add',
      inputs: [
        [2, 3],
        [1, 3],
      ],
    },
    { op: 'Sub', inputs: [[2, 3], [3]] },
    {
      op: 'MaxPool',
      inputs: [[1, 2, 5, 4]],
      attributes: { kernel_shape: [3, 2], strides: [1, 2] },
      draw: distinct(40),
    },
    { op: 'AveragePool', inputs: [X], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { op: 'AveragePool', inputs: [X], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
    { op: 'GlobalAveragePool', inputs: [X] },
    { op: 'ReduceMean', inputs: [X, ints(2, 3)] },
    {
      op: 'Concat',
      inputs: [
        [2, 3],
        [2, 1],
      ],
      attributes: { axis: 1 },
    },
    { op: 'Flatten', inputs: [[1, 2, 3]] },
    { op: 'Tanh', inputs: [[2, 5]] },
    { op: 'LeakyRelu', inputs: [[2, 5]], attributes: { alpha: 0.3 }, draw: distinct(10) },
    {
      op: 'BatchNormalization',
      inputs: [
        [1, 2, 3, 3],
        ...[
          [0.5, -2],
          [1, 2],
          [0, 1],
          [3, 0.5],
        ].map((values) => tensorOf('f32', [2], values)),
      ],
    },
  ])('$op %#', async (given) => {
    expect(await errorOf(given)).toBeLessThan(5e-3);
  });
});

/** Layers of an MLP as plain loops: h by the recursion of Becker and LeCun, for one sample. */
function recursion(layers: readonly number[][][], x: readonly number[]): number[][][] {
  const inputs = [x.slice()];
  for (const [l, rows] of layers.entries()) {
    const z = rows.map((row) => row.reduce((sum, w, i) => sum + w * inputs[l][i], 0));
    inputs.push(l === layers.length - 1 ? z : z.map((value) => Math.max(value, 0)));
  }
  const logits = inputs[layers.length];
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  let h = logits.map((z) => (Math.exp(z) / total) * (1 - Math.exp(z) / total));
  const result: number[][][] = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    result.unshift(layers[l].map((row, c) => row.map((_, i) => h[c] * inputs[l][i] ** 2)));
    h = inputs[l].map((a, i) => (a > 0 ? layers[l].reduce((sum, row, c) => sum + row[i] ** 2 * h[c], 0) : 0));
  }
  return result;
}

function mlp(layers: readonly number[][][], inputs: number): Graph {
  const text = layers.map((rows, l) => {
    const clip = l === layers.length - 1 ? '' : ' clip=[0,inf]';
    const [m, n] = [rows.length, rows[0].length];
    return `const w${l}: f32[${m},${n}] = ${rows.flat().join(', ')}
      x${l + 1}: f32[1,${m}] = Gemm(x${l}, w${l}) transB=1${clip}`;
  });
  return parseGraph(`input x0: f32[1,${inputs}]\n${text.join('\n')}\nreturn x${layers.length}`);
}

test('an MLP of any size follows the recursion', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer(), async (widths, seed) => {
      const rng = createRng(seed);
      const row = (length: number) => Array.from({ length }, () => Math.fround(rng.normal()));
      const layers = widths.slice(1).map((m, l) => Array.from({ length: m }, () => row(widths[l])));
      const graph = mlp(layers, widths[0]);
      const x = row(widths[0]);
      const weights = layers.map((_, l) => `w${l}`);
      const [logits] = graph.outputs;
      const derivative = secondOrder(graph, logits, (build) => crossEntropyCurvature(build, logits), weights);
      const session = await createSession(exportOnnx(derivative.graph));
      const results = await session.run(new Map([['x0', tensorOf('f32', [1, widths[0]], x)]]));
      await session.release();
      for (const [l, wanted] of recursion(layers, x).entries()) {
        const got = results.get(derivative.gradients.get(`w${l}`)!)!.data;
        for (const [i, value] of wanted.flat().entries()) {
          expect(Math.abs(Number(got[i]) - value)).toBeLessThan(1e-4 * (1 + value));
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('an operator without a rule is named', () => {
  const graph = parseGraph(`
    input x: f32[1,4]
    const w: f32[4,4] = ${new Array(16).fill(1).join(', ')}
    a: f32[1,4] = MatMul(x, w)
    b: f32[1,4] = Softmax(a)
    y: f32[1,4] = Identity(b)
    return y`);
  expect(() => secondOrder(prune(graph), 'y', (build) => build.zeros([1, 4]), ['w'])).toThrowError(
    expect.objectContaining({
      problem: expect.objectContaining({
        code: 'UNSUPPORTED',
        because: [expect.stringMatching(/Softmax.*no second-order rule/)],
      }),
    }),
  );
});

test('the curvature of the cross-entropy at its logits is p (1 - p)', async () => {
  const build = buildOn(parseGraph('input z: f32[2,3]\ny: f32[2,3] = Identity(z)\nreturn y'));
  build.draft.addOutput(crossEntropyCurvature(build, 'z'));
  const graph = build.draft.finish();
  const session = await createSession(exportOnnx(graph));
  const results = await session.run(new Map([['z', tensorOf('f32', [2, 3], [0, 0, Math.log(2), 5, 5, 5])]]));
  await session.release();
  const got = Array.from(results.get(graph.outputs[1])!.data, Number);
  for (const [i, p] of [1 / 4, 1 / 4, 1 / 2, 1 / 3, 1 / 3, 1 / 3].entries()) expect(got[i]).toBeCloseTo(p * (1 - p), 5);
});
