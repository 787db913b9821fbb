import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { node, onnxFile } from '../helpers/onnx-file.ts';
import {
  type Case,
  constant,
  differences,
  fixed,
  given,
  modelDifferences,
  runGraph,
  runtime,
} from './support/cases.ts';

const [steps, batch, inputs, hidden] = [5, 3, 4, 6];
const x = given([steps, batch, inputs]);

/** The inputs of a cell with G gates; everything optional present. */
function operands(gates: number, directions = 1): Case['inputs'][number][] {
  return [
    x,
    fixed(given([directions, gates * hidden, inputs], 'f32', 2)),
    fixed(given([directions, gates * hidden, hidden], 'f32', 3)),
    fixed(given([directions, 2 * gates * hidden], 'f32', 4)),
    constant([batch], [5, 2, 4], 'i32'),
    given([directions, batch, hidden], 'f32', 5),
    ...(gates === 4
      ? [given([directions, batch, hidden], 'f32', 6), fixed(given([directions, 3 * hidden], 'f32', 7))]
      : []),
  ];
}

const CELLS = [
  ['RNN', 1, 2],
  ['GRU', 3, 2],
  ['LSTM', 4, 3],
] as const;

test.each(CELLS)('%s in every direction, with every optional input', async (op, gates, outputs) => {
  const cases = ['forward', 'reverse', 'bidirectional'].flatMap((direction): Case[] => {
    const directions = direction === 'bidirectional' ? 2 : 1;
    const all = operands(gates, directions);
    const attributes = { hidden_size: hidden, direction };
    const withoutLengths = all.map((operand, i) => (i === 4 ? null : operand));
    return [
      { op, inputs: all.slice(0, 3), attributes, outputs },
      { op, inputs: all.slice(0, 4), attributes, outputs: [true] },
      { op, inputs: all.slice(0, 4), attributes, outputs: [false, true] },
      { op, inputs: all, attributes, outputs },
      { op, inputs: withoutLengths, attributes: { ...attributes, clip: 0.7 }, outputs },
    ];
  });
  expect(await differences(cases)).toEqual([]);
});

test('attributes of one cell', async () => {
  const cases: Case[] = [
    { op: 'GRU', inputs: operands(3), attributes: { hidden_size: hidden, linear_before_reset: 1 }, outputs: 2 },
    {
      op: 'GRU',
      inputs: operands(3).slice(0, 3),
      attributes: { hidden_size: hidden, linear_before_reset: 1 },
      outputs: 2,
    },
    { op: 'LSTM', inputs: operands(4).slice(0, 4), attributes: { hidden_size: hidden, input_forget: 1 }, outputs: 3 },
    { op: 'LSTM', inputs: operands(4).slice(0, 4), attributes: { hidden_size: hidden }, outputs: [false, false, true] },
  ];
  expect(await differences(cases)).toEqual([]);
});

test('every activation', async () => {
  const names = [
    'Relu',
    'Tanh',
    'Sigmoid',
    'Affine',
    'LeakyRelu',
    'ThresholdedRelu',
    'ScaledTanh',
    'HardSigmoid',
    'Elu',
    'Softsign',
    'Softplus',
  ];
  const small = operands(1).map(
    (operand) =>
      operand && {
        ...operand,
        data: operand.dtype === 'f32' ? (operand.data as Float32Array).map((v) => v / 4) : operand.data,
      },
  );
  const cases = names.map(
    (name): Case => ({
      op: 'RNN',
      inputs: small.slice(0, 4),
      attributes: { hidden_size: hidden, activations: [name], activation_alpha: [0.3], activation_beta: [0.6] },
      outputs: 2,
    }),
  );
  const pair: Case = {
    op: 'GRU',
    inputs: operands(3, 2).slice(0, 4),
    attributes: {
      hidden_size: hidden,
      direction: 'bidirectional',
      activations: ['HardSigmoid', 'Elu', 'Sigmoid', 'ScaledTanh'],
      activation_alpha: [0.25, 0.5, 0.75],
      activation_beta: [0.4, 0.9],
    },
    outputs: 2,
  };
  expect(await differences([...cases, pair])).toEqual([]);
});

test('activations without alpha and beta are what onnxruntime makes of them', async () => {
  const names = ['Affine', 'LeakyRelu', 'ThresholdedRelu', 'ScaledTanh', 'HardSigmoid', 'Elu'];
  const given: Record<string, number[]>[] = [{}, { activation_alpha: [0.3] }, { activation_beta: [0.6] }];
  const cases = names.flatMap((name) =>
    given.map((more): Case => {
      const attributes = { hidden_size: hidden, activations: [name], ...more };
      return { op: 'RNN', inputs: operands(1).slice(0, 3), attributes };
    }),
  );
  const gru = { hidden_size: hidden, activations: ['HardSigmoid', 'ScaledTanh'], activation_alpha: [0.3] };
  const lstm = { hidden_size: hidden, activations: ['HardSigmoid', 'ThresholdedRelu', 'Affine'] };
  cases.push({ op: 'GRU', inputs: operands(3).slice(0, 3), attributes: gru, outputs: 2 });
  cases.push({ op: 'LSTM', inputs: operands(4).slice(0, 3), attributes: lstm, outputs: 3 });
  for (const clip of [0, -1]) {
    cases.push({ op: 'RNN', inputs: operands(1).slice(0, 3), attributes: { hidden_size: hidden, clip } });
  }
  expect(await differences(cases)).toEqual([]);
});

test.each(CELLS)('%s over no steps at all ends in zeros, not in its first state', async (op, gates, outputs) => {
  const cases = ['forward', 'reverse', 'bidirectional'].map((direction): Case => {
    const all = operands(gates, direction === 'bidirectional' ? 2 : 1);
    const inputs = all.map((operand, i) => (i === 4 ? runtime([batch], [0, 3, 0], 'i32') : operand));
    return { op, inputs, attributes: { hidden_size: hidden, direction }, outputs };
  });
  expect(await differences(cases)).toEqual([]);
});

const MODEL = new URL('../../../shared/data/models/gru_mnist.onnx', import.meta.url);
if (!existsSync(MODEL)) console.log('skipped: gru_mnist, because ../shared/data/models is not there');

test.skipIf(!existsSync(MODEL))('gru_mnist agrees with onnxruntime', async () => {
  const bytes = readFileSync(MODEL);
  const { inputs, types } = await importOnnx(bytes);
  const { shape } = types.get(inputs[0]!)!;
  expect(await modelDifferences(bytes, new Map([[inputs[0]!, given(shape)]]))).toEqual([]);
});

/** onnxruntime does not run layout 1, so it is held against layout 0 in C. */
test.each(CELLS)('%s with the batch first', async (op, gates) => {
  const [, w, r, b, , start] = operands(gates, 2);
  const attributes = { direction: 'bidirectional', hidden_size: hidden };
  const file = onnxFile({
    inputs: { x: ['f32', x.shape] },
    constants: { w: w as Tensor, r: r as Tensor, b: b as Tensor, start: start as Tensor },
    outputs: ['y', 'h', 'yt', 'ht'],
    nodes: [
      node(`y, h = ${op}(x, w, r, b, _, start)`, attributes),
      node('xb = Transpose(x)', { perm: [1, 0, 2] }),
      node('sb = Transpose(start)', { perm: [1, 0, 2] }),
      node(`yb, hb = ${op}(xb, w, r, b, _, sb)`, { ...attributes, layout: 1 }),
      node('yt = Transpose(yb)', { perm: [1, 2, 0, 3] }),
      node('ht = Transpose(hb)', { perm: [1, 0, 2] }),
    ],
  });
  const results = runGraph(await importOnnx(file), new Map([['x', x]]));
  expect(results.get('yt')!.data).toEqual(results.get('y')!.data);
  expect(results.get('ht')!.data).toEqual(results.get('h')!.data);
});
