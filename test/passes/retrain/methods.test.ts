import { describe, expect, test } from 'vitest';
import { buildOn } from '../../../src/autodiff/builder.ts';
import { differentiate } from '../../../src/autodiff/differentiate.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { incremental } from '../../../src/passes/retrain/methods/inq.ts';
import { learnedSteps } from '../../../src/passes/retrain/methods/lsq.ts';
import { sharedValues } from '../../../src/passes/retrain/methods/shared-values.ts';
import type { Start } from '../../../src/passes/retrain/methods/start.ts';
import { trainedTernary } from '../../../src/passes/retrain/methods/ttq.ts';
import { ternaryWeights } from '../../../src/passes/retrain/methods/twn.ts';
import type { QuantizedWeights } from '../../../src/passes/retrain/quantized-weights.ts';
import type { TrainedWeights, WeightMethod } from '../../../src/passes/retrain/trained-weights.ts';
import { gridNamed } from '../../../src/quant/grids/index.ts';
import { evaluate } from '../support.ts';

const [ROWS, DEPTH] = [3, 8];

/** Random codes of a format with a scale per row, and float weights near them. */
function layer(format: string, seed: number): QuantizedWeights {
  const rng = createRng(seed);
  const grid = gridNamed(format)!;
  const codes = Float32Array.from({ length: ROWS * DEPTH }, () => grid.levels[rng.int(0, grid.levels.length - 1)]);
  const scale = Array.from({ length: ROWS }, () => Math.fround(0.05 + 0.1 * rng.uniform()));
  return {
    name: 'w',
    shape: [ROWS, DEPTH],
    codes,
    quant: { scheme: 'affine', bits: 8, scale, zeroPoint: scale.map(() => 0), axis: 0 },
    format,
    grid,
    scaleShape: [ROWS, 1],
    rowOf: (index) => Math.floor(index / DEPTH),
    float: codes.map((code) => code + 0.3 * rng.normal()),
  };
}

const EMPTY: Graph = { name: 'g', inputs: [], outputs: [], nodes: [], types: new Map(), constants: new Map() };

interface Built {
  readonly graph: Graph;
  readonly made: TrainedWeights;
  readonly initial: ReadonlyMap<ValueName, Tensor>;
}

/** loss = sum(given * weights): the gradient of the weights is `given`. */
function built(method: WeightMethod, weights: QuantizedWeights, given: ArrayLike<number>): Built & { loss: ValueName } {
  const build = buildOn(EMPTY);
  const made = method(build, weights);
  build.scope = 'test';
  const loss = build.reduce(
    'ReduceSum',
    build.mul(made.value, build.constant('given', weights.shape, given)),
    [0, 1],
    false,
  );
  for (const value of [made.value, loss]) build.draft.addOutput(value);
  const graph = build.draft.finish();
  const initial = new Map(made.parameters.map(({ name }) => [name, graph.constants.get(name)!]));
  return { graph, made, initial, loss };
}

const with_ = (graph: Graph, values: ReadonlyMap<ValueName, Tensor>): Graph => ({
  ...graph,
  constants: new Map([...graph.constants].map(([name, tensor]) => [name, values.get(name) ?? tensor])),
});

/** Parameters moved a little, as training would. */
function moved(values: ReadonlyMap<ValueName, Tensor>, seed: number): Map<ValueName, Tensor> {
  const rng = createRng(seed);
  return new Map(
    [...values].map(([name, tensor]) => {
      const data = Float32Array.from(tensor.data as Float32Array, (x) => x + 0.1 * (Math.abs(x) + 0.1) * rng.normal());
      return [name, { ...tensor, data }];
    }),
  );
}

const ones = new Float32Array(ROWS * DEPTH).fill(1);
const real = ({ codes, scale }: ReturnType<TrainedWeights['read']>, { rowOf }: QuantizedWeights) =>
  codes.map((code, i) => code * scale[rowOf(i)]);

const METHODS: readonly [string, string, (start: Start) => WeightMethod][] = [
  ['INQ with everything frozen', 'pow2-4', incremental],
  ['learned steps of integers', 'int4', learnedSteps],
  ['learned steps of powers of two', 'pow2-4', learnedSteps],
  ['TWN', 'ternary', ternaryWeights],
  ['TTQ by its threshold', 'ternary', () => trainedTernary({ threshold: 0.15, sparsity: null })],
  ['TTQ with a share of zeros', 'ternary', () => trainedTernary({ threshold: 0.15, sparsity: 0.4 })],
  ['shared values', 'int3', () => sharedValues([])],
];

describe.each(METHODS)('%s', (_, format, methodOf) => {
  test.each([1, 2, 3, 4])('what is stored is what was simulated (%i)', async (seed) => {
    const weights = layer(format, seed);
    const { graph, made, initial } = built(methodOf('cells'), weights, ones);
    const values = format === 'pow2-4' && made.freeScales ? initial : moved(initial, seed);
    const simulated = (await evaluate(with_(graph, values))).get(made.value)!.data as Float32Array;
    const stored = made.read(values);
    if (made.freeScales && format === 'pow2-4') {
      expect(stored.codes.every((code) => weights.grid.levels.includes(code))).toBe(true);
      return;
    }
    const wanted = real(stored, weights);
    const most = Math.max(...wanted.map(Math.abs));
    // TTQ and shared values round to 1/127 of the largest.
    const tolerance = stored.format === null ? 1e-5 : 0.5 / 127 + 1e-5;
    const worst = Math.max(...simulated.map((w, i) => Math.abs(w - wanted[i])));
    expect(worst).toBeLessThanOrEqual(tolerance * most * 1.01);
  });
});

test.each(METHODS.slice(1, 3))('%s begin on the codes that are there', async (_, format, methodOf) => {
  const weights = layer(format, 9);
  for (const start of ['codes', 'cells'] as const) {
    const { made, initial } = built(methodOf(start), weights, ones);
    expect(Array.from(made.read(initial).codes)).toEqual(Array.from(weights.codes));
  }
});

test.each([null, 0.4])('TTQ begins on the signs that are there (sparsity %s)', async (sparsity) => {
  for (let seed = 1; seed <= 10; seed++) {
    const weights = layer('ternary', seed);
    const zeros = weights.codes.filter((code) => code === 0).length / weights.codes.length;
    const share = sparsity === null ? null : zeros;
    const { made, initial } = built(trainedTernary({ threshold: 0.15, sparsity: share }), weights, ones);
    expect(Array.from(made.read(initial).codes, Math.sign)).toEqual(Array.from(weights.codes, Math.sign));
  }
});

describe('TTQ gradients', () => {
  const rng = createRng(5);
  const given = Float32Array.from({ length: ROWS * DEPTH }, () => rng.normal());
  const weights = layer('ternary', 5);
  const { graph, made, loss, initial } = built(trainedTernary({ threshold: 0.15, sparsity: null }), weights, given);
  const [latents, positive, negative] = made.parameters.map(({ name }) => name);
  const lossAt = async (name: ValueName, value: number) => {
    const values = new Map(initial).set(name, tensorOf('f32', [], [value]));
    return Number((await evaluate(with_(graph, values))).get(loss)!.data[0]);
  };

  test('of both scales: the finite difference over the number of weights, as the loss is linear in them', async () => {
    const { graph: derivative, gradients } = differentiate(graph, loss, [latents, positive, negative], made.custom);
    const results = await evaluate(derivative);
    for (const [name, sign] of [
      [positive, 1],
      [negative, -1],
    ] as const) {
      const count = weights.codes.filter((code) => code * sign > 0).length;
      const slope = ((await lossAt(name, 2)) - (await lossAt(name, 1))) / count;
      expect(Number(results.get(gradients.get(name)!)!.data[0])).toBeCloseTo(slope, 4);
    }
  });

  test('of the latents: p, 1 or n times that of the weight', async () => {
    const values = new Map(initial).set(positive, tensorOf('f32', [], [2])).set(negative, tensorOf('f32', [], [3]));
    const { graph: derivative, gradients } = differentiate(with_(graph, values), loss, [latents], made.custom);
    const gradient = (await evaluate(derivative)).get(gradients.get(latents)!)!.data;
    weights.codes.forEach((code, i) => {
      const factor = code > 0 ? 2 : code < 0 ? 3 : 1;
      const scale = weights.quant.scale[weights.rowOf(i)];
      expect(Number(gradient[i])).toBeCloseTo(factor * given[i] * scale, 5);
    });
  });
});

test('shared values: the mean gradient of the weights that share one; zero stays', async () => {
  const rng = createRng(6);
  const given = Float32Array.from({ length: ROWS * DEPTH }, () => rng.normal());
  const weights = layer('int2', 6);
  const { graph, made, loss, initial } = built(sharedValues([]), weights, given);
  const [{ name }] = made.parameters;
  const levels = Array.from(initial.get(name)!.data, Number);
  const { graph: derivative, gradients } = differentiate(graph, loss, [name], made.custom);
  const gradient = (await evaluate(derivative)).get(gradients.get(name)!)!.data;
  levels.forEach((level, j) => {
    const places = [...weights.codes.keys()].filter((i) => weights.codes[i] === level);
    const sum = places.reduce((total, i) => total + given[i] * weights.quant.scale[weights.rowOf(i)], 0);
    expect(Number(gradient[j])).toBeCloseTo(places.length ? sum / places.length : 0, 4);
  });
  const values = new Map([
    [
      name,
      tensorOf(
        'f32',
        [levels.length],
        levels.map((level) => level + 0.4),
      ),
    ],
  ]);
  const stored = made.read(values).codes;
  expect(Array.from(stored, (code) => code === 0)).toEqual(Array.from(weights.codes, (code) => code === 0));
});

test('a table for all layers is one parameter', () => {
  const layers = [layer('int3', 1), { ...layer('int3', 2), name: 'v' }];
  const build = buildOn(EMPTY);
  const method = sharedValues(layers);
  const names = layers.map((weights) => method(build, weights).parameters[0].name);
  expect(new Set(names).size).toBe(1);
  expect(build.shape(names[0])[0]).toBe(new Set([0, ...layers[0].codes, ...layers[1].codes]).size);
});
