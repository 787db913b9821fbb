import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { printGraph } from '../../src/ir/text.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { node, onnxFile, random } from '../helpers/onnx-file.ts';
import { type Case, constant, differences, fixed, given, ints } from './support/cases.ts';

const x = given([2, 3, 8]);
const ms = (op: string, inputs: Case['inputs'], attributes = {}, outputs: Case['outputs'] = 1): Case => ({
  op,
  domain: 'com.microsoft',
  inputs,
  attributes,
  outputs,
});
const bias = given([8], 'f32', 3);
const floats = (...values: number[]) => constant([values.length], values, 'f32');

test('Gelu and its relatives as the kernels of onnxruntime compute them', async () => {
  const cases = [
    ms('Gelu', [x]),
    ms('FastGelu', [x]),
    ms('FastGelu', [x, bias]),
    ms('BiasGelu', [x, fixed(bias)]),
    ms('QuickGelu', [x]),
    ms('QuickGelu', [x], { alpha: 0.75 }),
  ];
  expect(await differences(cases, { opset: 13, tolerance: 2e-6 })).toEqual([]);
});

test('fused layers', async () => {
  const image = given([1, 2, 5, 5]);
  const w = fixed(given([3, 2, 3, 3], 'f32', 2));
  const b = fixed(given([3], 'f32', 4));
  const conv = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const convs = [
    ms('FusedConv', [image, w], { ...conv, activation: 'Relu' }),
    ms('FusedConv', [image, w, b], { ...conv, activation: 'LeakyRelu', activation_params: [0.3] }),
    ms('FusedConv', [image, w, b], { ...conv, activation: 'Clip', activation_params: [-0.5, 2] }),
    ms('FusedConv', [image, w, b], { ...conv, activation: 'HardSigmoid', activation_params: [0.1, 0.4] }),
    ms('FusedConv', [image, w, b], { ...conv, activation: 'Tanh', strides: [2, 1] }),
    ms('FusedConv', [image, w, b, given([1, 3, 5, 5], 'f32', 5)], { ...conv, activation: 'Relu' }),
    ms('FusedConv', [image, w, null, given([1, 3, 5, 5], 'f32', 5)], { ...conv, activation: 'Sigmoid' }),
  ];
  const [a, v] = [given([2, 4]), fixed(given([3, 4], 'f32', 6))];
  const gemms = [
    ms('FusedGemm', [a, v, b], { transB: 1, activation: 'Relu' }),
    ms('FusedGemm', [a, v], { transB: 1, alpha: 0.5, activation: 'LeakyRelu', activation_alpha: 0.2 }),
    ms('FusedGemm', [a, v, b], { transB: 1, beta: 2, activation: 'Sigmoid' }),
  ];
  expect(await differences([...convs, ...gemms], { opset: 13 })).toEqual([]);
});

test('FusedMatMul: alpha, transposed sides, moved batches', async () => {
  const product = (shapes: readonly (readonly number[])[], attributes: object, op = 'FusedMatMul') =>
    ms(
      op,
      shapes.map((shape, i) => given(shape, 'f32', i + 1)),
      attributes,
    );
  const cases = [
    product(
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      { alpha: 0.5 },
    ),
    product(
      [
        [2, 4, 3],
        [2, 4, 5],
      ],
      { transA: 1 },
    ),
    product(
      [
        [2, 3, 4],
        [2, 5, 4],
      ],
      { transB: 1, alpha: -2 },
    ),
    product(
      [
        [3, 2, 4],
        [2, 4, 5],
      ],
      { transBatchA: 1 },
    ),
    product(
      [
        [4, 2, 6, 3],
        [2, 6, 4, 5],
      ],
      { transBatchA: 1, transA: 1 },
    ),
    product(
      [
        [2, 3, 4],
        [4, 2, 5],
      ],
      { transBatchB: 1 },
    ),
    product(
      [
        [2, 3, 4],
        [5, 2, 4],
      ],
      { transBatchB: 1, transB: 1 },
    ),
    product(
      [
        [4, 3],
        [4, 5],
      ],
      { transA: 1, alpha: 3 },
      'TransposeMatMul',
    ),
    product([[4], [4, 5]], { transA: 1 }),
  ];
  expect(await differences(cases, { opset: 13 })).toEqual([]);
});

test('normalizations without a mean', async () => {
  const small = { ...x, data: (x.data as Float32Array).map((v) => v * 1e-3) };
  const gamma = fixed(given([8], 'f32', 7));
  const cases: Case[] = [
    { op: 'SimplifiedLayerNormalization', inputs: [x, gamma], attributes: { epsilon: 1e-3 } },
    { op: 'SimplifiedLayerNormalization', inputs: [x, fixed(given([3, 8], 'f32', 8))], attributes: { axis: 1 } },
    { op: 'LayerNormalization', inputs: [x, gamma, fixed(bias)], attributes: { axis: -1 } },
    ms('SkipSimplifiedLayerNormalization', [x, given([2, 3, 8], 'f32', 9), gamma]),
    // So small that the epsilon counts: without one it is 1e-12.
    ms('SkipSimplifiedLayerNormalization', [small, small, gamma]),
    ms('SkipSimplifiedLayerNormalization', [x, given([2, 3, 8], 'f32', 9), gamma, fixed(bias)], { epsilon: 1e-3 }, [
      true,
      false,
      false,
      true,
    ]),
  ];
  expect(await differences(cases, { opset: 13 })).toEqual([]);
});

test('operators that went to ONNX later', async () => {
  const cases = [
    ms('Trilu', [given([4, 5])], { upper: 0 }),
    ms('GatherND', [x, constant([2, 2], [1, 2, 0, 1])]),
    ms('Pad', [x, ints(0, 1, 0, 1, 0, 2), floats(0.5)]),
    ms('ExpandDims', [x, constant([], [1], 'i32')]),
  ];
  expect(await differences(cases, { opset: 13, tolerance: 0 })).toEqual([]);
});

test('a file of the transformer optimizer imports as plain operators', async () => {
  const file = onnxFile({
    inputs: { x: ['f32', [1, 4, 8]] },
    outputs: ['y'],
    constants: { w: random('f32', [8, 8], 2), b: random('f32', [8], 3), g: random('f32', [8], 4) },
    nodes: [
      node('h = ms.FusedMatMul(x, w)', { alpha: 0.5, transB: 1 }),
      node('a = ms.BiasGelu(h, b)'),
      node('s = ms.SkipSimplifiedLayerNormalization(a, x, g)', { epsilon: 1e-5 }),
      node('y = ms.FastGelu(s, b)'),
    ],
    opset: 14,
  });
  const graph = await importOnnx(file);
  verifyGraph(graph);
  const text = printGraph(graph);
  expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
  expect(graph.nodes.map(({ op }) => op)).toEqual([
    ...['Transpose', 'MatMul', 'Mul', 'Add', 'Gelu', 'Add', 'RMSNormalization', 'Add', 'Gelu'],
  ]);
  expect(text).toContain('y: f32[1,4,8] = Gelu(');
});
