import type { Json } from '../../../src/ir/program.ts';
import { parseGraph } from '../../../src/ir/text.ts';
import { createRng } from '../../../src/numerics/rng.ts';
import { fewBit } from '../../../src/passes/fewbit/few-bit.ts';
import { type Dataset, type Step, step } from '../../../src/passes/pass.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { openTrainingSession } from '../../../src/runtime/training-session.ts';
import { randomFeeds } from '../support.ts';

const random = (count: number, seed: number, spread: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => Math.fround(spread * rng.normal())).join(', ');
};

/** Convolutions, a table, a pool that moves codes, a residual sum, a product with and one without a bias, a Softmax. */
export const FLOAT = parseGraph(`
  input x: f32[1,2,6,6]
  const w1: f32[6,2,3,3] = ${random(108, 1, 0.3)}
  const b1: f32[6] = ${random(6, 2, 1)}
  const w2: f32[6,1,3,3] = ${random(54, 3, 0.4)}
  const w3: f32[6,6,1,1] = ${random(36, 4, 0.5)}
  const v1: f32[8,54] = ${random(432, 6, 0.2)}
  const c1: f32[8] = ${random(8, 7, 1)}
  const v2: f32[8,4] = ${random(32, 8, 0.6)}
  const shape: i64[2] = 1, 54
  h1: f32[1,6,6,6] = Conv(x, w1, b1) pads=[1,1,1,1] kernel_shape=[3,3] clip=[0,inf]
  h2: f32[1,6,6,6] = Conv(h1, w2) pads=[1,1,1,1] group=6 kernel_shape=[3,3]
  t: f32[1,6,6,6] = Sigmoid(h2)
  h3: f32[1,6,6,6] = Conv(t, w3) kernel_shape=[1,1]
  s: f32[1,6,6,6] = Add(h1, h3) clip=[0,inf]
  p: f32[1,6,3,3] = MaxPool(s) kernel_shape=[2,2] strides=[2,2]
  r: f32[1,54] = Reshape(p, shape)
  g: f32[1,8] = Gemm(r, v1, c1) transB=1 clip=[0,inf]
  y: f32[1,4] = MatMul(g, v2)
  z: f32[1,4] = Softmax(y) axis=1
  return z`);

export const DATASET = { length: 64, sample: (index: number) => randomFeeds(FLOAT, index) };

export async function run(steps: readonly Step[], graph = FLOAT, dataset: Dataset = DATASET, seed = 0) {
  const evaluator = createEvaluator();
  try {
    const options = { evaluate: evaluator.evaluate, open: openTrainingSession, dataset, seed };
    return await runPipeline(graph, steps, options);
  } finally {
    await evaluator.release();
  }
}

export const encode = (format: string, more: { [key: string]: Json } = {}, method = 'compensated') => [
  step(calibrate, { method: 'minmax' }),
  step(quantizeInt8),
  step(fewBit, { layers: [{ match: '*', format, method }], ...more }),
];
