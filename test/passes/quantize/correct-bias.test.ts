import { expect, test } from 'vitest';
import { constantOf, editGraph, producerOf, typeOf } from '../../../src/ir/graph.ts';
import { numbersOf, tensorOf } from '../../../src/ir/tensor.ts';
import { parseGraph, printGraph } from '../../../src/ir/text.ts';
import type { Graph, Tensor } from '../../../src/ir/types.ts';
import { buildOracle } from '../../../src/oracle/build-oracle.ts';
import { definePass, step } from '../../../src/passes/pass.ts';
import { type PipelineOptions, runPipeline } from '../../../src/passes/pipeline.ts';
import { calibrate } from '../../../src/passes/quantize/calibrate.ts';
import { correctBias } from '../../../src/passes/quantize/correct-bias.ts';
import { quantizeInt8 } from '../../../src/passes/quantize/quantize-int8.ts';
import { asCodes } from '../../../src/passes/samples/calibration-samples.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { randomFeeds } from '../support.ts';

const FLOAT = parseGraph(`
  input x: f32[1,2,4,4]
  const w: f32[3,2,1,1] = 0.5, -1, 1, 0.75, -0.5, 0.25
  const b: f32[3] = 1, 0.5, 0.25
  const v: f32[48,2] = ${Array.from({ length: 96 }, (_, i) => Math.fround(Math.sin(i))).join(', ')}
  const shape: i64[2] = 1, 48
  h: f32[1,3,4,4] = Conv(x, w, b) clip=[0,inf]
  r: f32[1,48] = Reshape(h, shape)
  y: f32[1,2] = Gemm(r, v)
  return y`);

/** Adds an error to the quantized graph: `codes` to each bias of the Conv. */
const disturb = definePass({
  name: 'disturb',
  summary: 'Test.',
  requires: [],
  provides: [],
  defaults: { codes: [0, 0, 0] as readonly number[] },
  run(graph, { codes }) {
    const conv = graph.nodes.find((node) => node.op === 'Conv')!;
    const bias = constantOf(graph, conv.inputs[2])!;
    const edit = editGraph(graph);
    const moved = tensorOf(
      'i32',
      bias.shape,
      numbersOf(bias).map((b, c) => b + codes[c]!),
    );
    const name = edit.constant('moved', moved);
    edit.setType(name, typeOf(graph, conv.inputs[2]));
    edit.update(conv, { inputs: [conv.inputs[0]!, conv.inputs[1]!, name] });
    return edit.finish();
  },
});

async function run(codes: readonly number[], options: Partial<typeof quantizeInt8.defaults> = {}, correct = true) {
  const evaluator = createEvaluator();
  const data: PipelineOptions = {
    evaluate: evaluator.evaluate,
    dataset: { length: 32, sample: (index) => randomFeeds(FLOAT, index) },
  };
  const passes = [step(calibrate, { method: 'minmax' }), step(quantizeInt8, options), step(disturb, { codes })];
  const result = await runPipeline(FLOAT, correct ? [...passes, correctBias] : passes, data);
  await evaluator.release();
  return result;
}

/** Mean squared error of y over other samples than those of calibration. */
async function error(graph: Graph): Promise<number> {
  const evaluator = createEvaluator();
  const oracle = buildOracle(graph);
  const { quant } = typeOf(graph, 'y');
  const real = (y: Tensor) =>
    numbersOf(y).map((code) => (quant ? quant.scale[0]! * (code - quant.zeroPoint[0]!) : code));
  const feeds = Array.from({ length: 64 }, (_, i) => randomFeeds(FLOAT, 1000 + i));
  const actual: number[] = [];
  const wanted: number[] = [];
  for (const feed of feeds) actual.push(...real((await evaluator.evaluate(oracle, asCodes(graph, feed))).get('y')!));
  for (const feed of feeds) wanted.push(...numbersOf((await evaluator.evaluate(FLOAT, feed)).get('y')!));
  await evaluator.release();
  return wanted.reduce((sum, y, i) => sum + (y - actual[i]!) ** 2, 0) / wanted.length;
}

const biasOf = (graph: Graph, op: string) => {
  const node = graph.nodes.find((candidate) => candidate.op === op)!;
  const bias = constantOf(graph, node.inputs[2]);
  return bias ? numbersOf(bias) : [];
};

test('a shifted bias comes back, and the outputs come closer', async () => {
  const right = (await run([0, 0, 0], {}, false)).graph;
  const wrong = (await run([900, -700, 0], {}, false)).graph;
  const mended = (await run([900, -700, 0])).graph;
  biasOf(mended, 'Conv').forEach((bias, c) => {
    expect(Math.abs(bias - biasOf(right, 'Conv')[c]!)).toBeLessThan(100);
  });
  expect(await error(mended)).toBeLessThan((await error(wrong)) / 8);
  expect(await error(mended)).toBeLessThan(1.2 * (await error(right)));
});

test('a layer without bias gets one of the right type, which makes up for the layers before it', async () => {
  const { graph } = await run([900, 0, 0]);
  const gemm = producerOf(graph, 'y')!;
  const [x, w] = [typeOf(graph, gemm.inputs[0]).quant!, typeOf(graph, gemm.inputs[1]).quant!];
  expect(typeOf(graph, gemm.inputs[2])).toEqual({
    dtype: 'i32',
    shape: [2],
    quant: { scheme: 'affine', bits: 32, scale: w.scale.map((s) => s * x.scale[0]!), zeroPoint: [0, 0], axis: 0 },
  });
  expect(biasOf(graph, 'Gemm')).not.toEqual([0, 0]);
});

test('with float outputs too', async () => {
  const wrong = (await run([900, -700, 0], { floatIo: true }, false)).graph;
  const mended = (await run([900, -700, 0], { floatIo: true })).graph;
  expect(biasOf(mended, 'Gemm').length).toBe(2);
  expect(await error(mended)).toBeLessThan((await error(wrong)) / 8);
});

test('without a float reference nothing changes', async () => {
  const quantized = (await run([900, 0, 0], {}, false)).graph;
  const { graph } = await runPipeline(quantized, [correctBias], { dataset: { length: 1, sample: () => new Map() } });
  expect(printGraph(graph)).toBe(printGraph(quantized));
});

test('an operator whose first output is left out does not disturb', async () => {
  const evaluator = createEvaluator();
  const graph = parseGraph(`
    input x: f32[1,1,2]
    const w: f32[2,2] = 1, 0.3, -0.7, 0.2
    const gw: f32[1,3,2] = 1, 2, 3, 4, 5, 6
    const gr: f32[1,3,1] = 1, 2, 3
    h: f32[1,1,2] = MatMul(x, w)
    _, y: f32[1,1,1] = GRU(h, gw, gr) hidden_size=1
    return y`);
  const result = await runPipeline(graph, [calibrate, quantizeInt8, correctBias], {
    evaluate: evaluator.evaluate,
    dataset: { length: 8, sample: (index) => randomFeeds(graph, index) },
  });
  await evaluator.release();
  expect(result.graph.nodes.map(({ op }) => op)).toEqual(['MatMul', 'DequantizeLinear', 'GRU']);
});

test('a model whose last layers would not come closer stays as it is, with a remark', async () => {
  const evaluator = createEvaluator();
  const exact = parseGraph(`
    input x: f32[1,2]
    const w: f32[1,2] = 1, 0
    y: f32[1,1] = Gemm(x, w) transB=1
    return y`);
  const sample = (index: number) => new Map([['x', tensorOf('f32', [1, 2], [(index - 127) / 127, 0])]]);
  const result = await runPipeline(exact, [step(calibrate, { method: 'minmax' }), quantizeInt8, correctBias], {
    evaluate: evaluator.evaluate,
    dataset: { length: 255, sample },
  });
  await evaluator.release();
  expect(biasOf(result.graph, 'Gemm')).toEqual([]);
  expect(result.remarks).toEqual([
    {
      pass: 'correct-bias',
      node: 'y',
      op: 'Gemm',
      text: 'bias left as it is: correction brings the last layers no closer',
    },
  ]);
});
