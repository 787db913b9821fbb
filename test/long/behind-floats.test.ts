import { expect, test } from 'vitest';
import { compileModel, qdqModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { agrees } from '../../src/verify/compare.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { compileGraph } from '../e2e/support.ts';
import { inFolder } from '../verify/native.ts';

const SAMPLES = 1000;
const rng = createRng(9);
const normal = (count: number, size: number) =>
  Array.from({ length: count }, () => (rng.normal() * size).toFixed(4)).join(', ');

/** int8 with layers that compute in real numbers in between: some of their results lie at ties of the codes behind them. */
const TRANSFORMER = `
  input x: f32[1,1,32,32]
  const w1: f32[8,1,3,3] = ${normal(72, 0.4)}
  const one: f32[16] = ${Array(16).fill(1).join(', ')}
  const wq: f32[16,16] = ${normal(256, 0.3)}
  const wk: f32[16,16] = ${normal(256, 0.3)}
  const wv: f32[16,16] = ${normal(256, 0.3)}
  const shape: i64[3] = 1, 32, 16
  const w2: f32[16,4] = ${normal(64, 0.3)}
  c: f32[1,8,8,8] = Conv(x, w1) strides=[4,4] pads=[1,1,1,1] clip=[0,inf]
  t: f32[1,32,16] = Reshape(c, shape)
  n: f32[1,32,16] = LayerNormalization(t, one)
  q: f32[1,32,16] = MatMul(n, wq)
  k: f32[1,32,16] = MatMul(n, wk)
  v: f32[1,32,16] = MatMul(n, wv)
  a: f32[1,32,16] = Attention(q, k, v) q_num_heads=2 kv_num_heads=2 softcap=20
  s: f32[1,32,16] = Add(a, t)
  m: f32[1,32,16] = LayerNormalization(s, one)
  y: f32[1,32,4] = MatMul(m, w2)
  return y`;

const DECODER = `
  input x: f32[1,2,16,16]
  const w1: f32[4,2,3,3] = ${normal(72, 0.4)}
  const w2: f32[4,3,2,2] = ${normal(48, 0.5)}
  const scales: f32[4] = 1, 1, 2, 2
  const w3: f32[2,3,3,3] = ${normal(54, 0.4)}
  c: f32[1,4,16,16] = Conv(x, w1) pads=[1,1,1,1] clip=[0,inf]
  u: f32[1,3,32,32] = ConvTranspose(c, w2) strides=[2,2]
  r: f32[1,3,64,64] = Resize(u, _, scales) mode="linear"
  y: f32[1,2,64,64] = Conv(r, w3) pads=[1,1,1,1]
  return y`;

test.each([
  ['Attention with a softcap', TRANSFORMER],
  ['ConvTranspose', DECODER],
])(`${SAMPLES} samples of an int8 model with %s: nothing is called a bug`, async (_, text) => {
  const graph = parseGraph(text);
  const model = await compileGraph(graph, 'm', await loadTarget('host'), 'int8');
  const data = randomDataset(datasetInputs(graph), SAMPLES, 5);
  const verdict = await inFolder((directory) => verifyModel(model, data, { toolchain: hostGcc(), directory }));
  expect([...verdict.layers, ...verdict.outputs].filter((one) => !agrees(one, 1e-5))).toEqual([]);
  expect(verdict.passed).toBe(true);
  expect(verdict.layers.some(({ exact }) => exact)).toBe(true);
  expect(verdict.layers.some(({ exact }) => !exact)).toBe(true);
});

/** In the file these layers compute in float32, in the C in integers. */
test.each([
  ['8 bits', undefined],
  ['4 bits', [{ bits: 4 }]],
])(
  'a transformer with activations of %s, written as a file that is quantized: codes differ at ties alone',
  async (_, activations) => {
    const target = await loadTarget('host');
    const file = exportOnnx(parseGraph(TRANSFORMER.replace('softcap=20', '')));
    const calibration = async (graph: Graph) => randomDataset(datasetInputs(graph), 16, 1);
    const model = await compileModel({
      model: file,
      name: 'm',
      target,
      calibration,
      ...(activations && { activations }),
    });
    const again = await compileModel({ model: qdqModel(model)!, name: 'q', target });
    const data = randomDataset(datasetInputs(again.floatGraph), 40, 5);
    const verdict = await inFolder((directory) => verifyModel(again, data, { toolchain: hostGcc(), directory }));
    const layers = verdict.file?.run ? (verdict.file.layers?.codes ?? []) : [];
    expect(layers.filter(({ wrong }) => wrong > 0)).toEqual([]);
    expect(layers.some(({ atTies }) => atTies > 0)).toBe(true);
    expect(verdict.passed).toBe(true);
  },
);
