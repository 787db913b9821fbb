import { expect, test } from 'vitest';
import { newestKernels } from '../../scripts/newest-kernels.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { NEWEST_KERNELS } from '../../src/frontend/newest-kernels.ts';
import { runnableOpset } from '../../src/frontend/runnable-opset.ts';
import { parseGraph, printType } from '../../src/ir/text.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { node, onnxFile, random } from '../helpers/onnx-file.ts';

test('the table of newest kernels is true for what stands in it', { timeout: 60_000 }, async () => {
  for (const [op, kernels] of Object.entries(NEWEST_KERNELS))
    expect([op, await newestKernels(op)]).toEqual([op, kernels]);
});

test('graphs are written in the newest operator set that onnxruntime runs them in', async () => {
  const graph = (body: string) => parseGraph(body);
  const leaky = graph('input x: f64[2]\ny: f64[2] = LeakyRelu(x)\nreturn y');
  expect(runnableOpset(leaky)).toBe(18);
  expect(runnableOpset(graph('input x: f32[2]\ny: f32[2] = LeakyRelu(x)\nreturn y'))).toBe(26);
  // Swish came with opset 24: no operator set has both.
  expect(runnableOpset(graph('input x: f64[2]\na: f64[2] = Swish(x)\ny: f64[2] = LeakyRelu(a)\nreturn y'))).toBe(26);

  const evaluator = createEvaluator();
  const feeds = new Map([['x', { dtype: 'f64' as const, shape: [2], data: Float64Array.of(-1, 2) }]]);
  expect([...(await evaluator.evaluate(leaky, feeds)).get('y')!.data]).toEqual([expect.closeTo(-0.01), 2]);
  const regions = graph(`
    input x: f32[1,1,4,4]
    const r: f32[1,4] = 0, 0, 3, 3
    const b: i64[1] = 0
    y: f32[1,1,1,1] = RoiAlign(x, r, b) coordinate_transformation_mode="output_half_pixel"
    return y`);
  expect(runnableOpset(regions)).toBe(21);
  await evaluator.evaluate(regions, new Map([['x', random('f32', [1, 1, 4, 4])]]));
  await evaluator.release();
});

test('types of operators whose newest form onnxruntime does not run', async () => {
  const nodes = [node('p = GlobalLpPool(x)'), node('y = Relu(p)')];
  const file = onnxFile({ inputs: { x: ['f32', [1, 3, 4, 4]] }, outputs: ['y'], constants: {}, nodes, opset: 22 });
  const { types } = await importOnnx(file);
  expect(printType(types.get('y')!)).toBe('f32[1,3,1,1]');
});
