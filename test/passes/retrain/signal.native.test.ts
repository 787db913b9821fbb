import { beforeAll, expect, test } from 'vitest';
import { compileModel } from '../../../src/compile.ts';
import { datasetInputs } from '../../../src/data/graph-inputs.ts';
import { randomDataset } from '../../../src/data/random-dataset.ts';
import { exportOnnx } from '../../../src/frontend/export-onnx.ts';
import type { Json } from '../../../src/ir/program.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { parseRecipe } from '../../../src/passes/recipe.ts';
import { allPasses } from '../../../src/passes/registry.ts';
import { withFloatPasses } from '../../../src/passes/retrain/recipes.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { loadTarget } from '../../../src/targets/load.ts';
import { tuneModel } from '../../../src/tune.ts';
import { hostGcc } from '../../../src/verify/host-gcc.ts';
import { verifyModel } from '../../../src/verify/verify-model.ts';
import { describeWith, inFolder } from '../../verify/native.ts';

const rng = createRng(4);
const normal = (count: number, spread: number) =>
  Array.from({ length: count }, () => (spread * rng.normal()).toFixed(4)).join(', ');

/** Convolutions in one dimension, the largest and the smallest of each channel over time. */
const SIGNAL = parseGraph(`
  input x: f32[1,3,24]
  const w1: f32[8,3,5] = ${normal(120, 0.3)}
  const w2: f32[8,8,3] = ${normal(192, 0.3)}
  const w3: f32[4,8] = ${normal(32, 0.4)}
  const last: i64[1] = 2
  c: f32[1,8,22] = Conv(x, w1) pads=[1,1] clip=[0,inf]
  d: f32[1,8,22] = Conv(c, w2) pads=[1,1]
  m: f32[1,8] = ReduceMax(d, last) keepdims=0
  l: f32[1,8] = ReduceMin(d, last) keepdims=0
  s: f32[1,8] = Sub(m, l)
  y: f32[1,4] = Gemm(s, w3) transB=1
  return y`);

const COUNT = 64;
const CODES: readonly Json[] = [
  [
    'calibrate',
    {
      samples: 32,
      activations: [
        { match: '*', bits: 4 },
        { match: ':last', bits: 8 },
      ],
    },
  ],
  'refine-ranges',
  'quantize-int8',
  ['few-bit', { layers: [{ match: '*', format: 'int4' }] }],
];
const samples = randomDataset(datasetInputs(SIGNAL), COUNT, 3);
const labels = new Int32Array(COUNT);

/** Labels are what the float model says. */
beforeAll(async () => {
  const { evaluate, release } = createEvaluator();
  for (let i = 0; i < COUNT; i++) {
    const scores = Array.from((await evaluate(SIGNAL, samples.sample(i))).get('y')?.data ?? [], Number);
    labels[i] = scores.indexOf(Math.max(...scores));
  }
  await release();
});

await describeWith('a network of signals with ReduceMax, activations of 4 bits', hostGcc().available, () => {
  test.each<[string, Json]>([
    ['re-trained', [...CODES, ['lsq', { epochs: 1, batch: 16, held: 0.25 }]]],
    ['distilled first', [['distill', { steps: 3, samples: 32 }], ...CODES]],
  ])('%s: its C computes the codes of the oracle', async (_, passes) => {
    const pipeline = withFloatPasses(parseRecipe({ name: 'signal', passes }, allPasses).pipeline);
    const data = async () => ({ ...samples, labels });
    const tuned = await tuneModel({ model: exportOnnx(SIGNAL), recipe: pipeline, data });
    const model = await compileModel({ model: tuned.model, name: 'signal', target: await loadTarget('host') });
    const few = [...model.graph.types].filter(([, { quant }]) => quant?.bits === 4).map(([value]) => value);
    expect(few).toEqual(expect.arrayContaining(['d', 'm', 'l']));
    const verdict = await inFolder((directory) => verifyModel(model, samples, { toolchain: hostGcc(), directory }));
    expect(verdict.layers.filter(({ exact, different }) => !exact || different > 0)).toEqual([]);
    expect(verdict.passed).toBe(true);
  });
});
