import { expect, test } from 'vitest';
import { node, onnxFile, random } from '../helpers/onnx-file.ts';
import {
  type Case,
  constant,
  differences,
  fixed,
  flipped,
  type Given,
  given,
  modelDifferences,
} from './support/cases.ts';

const x = given([2, 6, 4, 5]);
const image = flipped(given([2, 6, 4, 5]));
const channel = (seed: number, positive = false): Given => {
  const tensor = given([6], 'f32', seed);
  return positive ? { ...tensor, data: (tensor.data as Float32Array).map((v) => Math.abs(v) + 0.1) } : tensor;
};

test('LayerNormalization and RMSNormalization', async () => {
  const rows = given([2, 3, 8]);
  const scale = fixed(given([8], 'f32', 2));
  const bias = given([8], 'f32', 3);
  const cases: Case[] = [
    { op: 'LayerNormalization', inputs: [rows, scale] },
    { op: 'LayerNormalization', inputs: [rows, scale, bias], outputs: 3 },
    { op: 'LayerNormalization', inputs: [rows, fixed(given([3, 8])), null], attributes: { axis: 1, epsilon: 0.01 } },
    { op: 'LayerNormalization', inputs: [rows, fixed(given([8])), fixed(given([8]))], attributes: { axis: -1 } },
    { op: 'LayerNormalization', inputs: [flipped(given([1, 3, 2, 4])), fixed(given([2, 4]))], attributes: { axis: 2 } },
    { op: 'RMSNormalization', inputs: [rows, scale] },
    { op: 'RMSNormalization', inputs: [rows, given([3, 8])], attributes: { axis: -2, epsilon: 0.1 } },
  ];
  expect(await differences(cases, { opset: 23 })).toEqual([]);
  const skip: Case[] = [
    {
      op: 'SkipLayerNormalization',
      domain: 'com.microsoft',
      inputs: [rows, given([2, 3, 8], 'f32', 5), scale, fixed(bias), fixed(given([8], 'f32', 9))],
    },
    { op: 'SkipLayerNormalization', domain: 'com.microsoft', inputs: [rows, given([2, 3, 8], 'f32', 5), scale] },
  ];
  expect(await differences(skip, { opset: 17 })).toEqual([]);
});

test('InstanceNormalization, GroupNormalization and MeanVarianceNormalization', async () => {
  const cases = [x, image, given([2, 6, 7])].flatMap((input): Case[] => [
    { op: 'InstanceNormalization', inputs: [input, fixed(channel(2)), fixed(channel(3))] },
    { op: 'InstanceNormalization', inputs: [input, channel(2), channel(3)], attributes: { epsilon: 0.02 } },
    { op: 'GroupNormalization', inputs: [input, fixed(channel(2)), channel(3)], attributes: { num_groups: 3 } },
  ]);
  const mvn = [x, image].flatMap((input): Case[] => [
    { op: 'MeanVarianceNormalization', inputs: [input] },
    { op: 'MeanVarianceNormalization', inputs: [input], attributes: { axes: [1, 3] } },
  ]);
  expect(await differences([...cases, ...mvn], { opset: 21 })).toEqual([]);
});

test('BatchNormalization with constant and computed statistics', async () => {
  const parameters = [channel(2), channel(3), channel(4), channel(5, true)];
  const cases = [x, image, given([4, 6])].flatMap((input): Case[] => [
    { op: 'BatchNormalization', inputs: [input, ...parameters.map(fixed)] },
    { op: 'BatchNormalization', inputs: [input, ...parameters], attributes: { epsilon: 0.1 } },
  ]);
  for (const opset of [7, 9, 15]) expect(await differences(cases, { opset })).toEqual([]);
});

test('LRN and LpNormalization', async () => {
  const cases = [x, image].flatMap((input): Case[] => [
    { op: 'LRN', inputs: [input], attributes: { size: 3 } },
    { op: 'LRN', inputs: [input], attributes: { size: 5, alpha: 0.5, beta: 0.5, bias: 2 } },
    { op: 'LpNormalization', inputs: [input] },
    { op: 'LpNormalization', inputs: [input], attributes: { axis: 1, p: 1 } },
  ]);
  cases.push({
    op: 'LpNormalization',
    inputs: [constant([2, 2], [0, 0, 3, 4], 'f32')].map((t) => ({ ...t, constant: false })),
  });
  expect(await differences(cases)).toEqual([]);
});

/** onnxruntime infers no shape for it: the importer must know it. */
test('MeanVarianceNormalization of every rank and opset, by the importer', async () => {
  const given: [shape: number[], attributes: Record<string, number | number[]>, opset: number][] = [
    [[2, 3], { axes: [1] }, 13],
    [[2, 3, 4], {}, 13],
    [[2, 3, 4], { axes: [-1] }, 13],
    [[2, 3, 2, 2], { axes: [0, 1, 2, 3] }, 9],
    [[2, 3, 2, 2, 2], {}, 13],
    [[2, 3, 2, 2], { across_channels: 1 }, 8],
    [[2, 3, 2, 2], { normalize_variance: 0 }, 8],
    [[2, 3, 2, 2], { across_channels: 1, normalize_variance: 0 }, 7],
  ];
  for (const [shape, attributes, opset] of given) {
    const nodes = [node('m = MeanVarianceNormalization(x)', attributes), node('y = Relu(m)')];
    const file = onnxFile({ inputs: { x: ['f32', shape] }, outputs: ['m', 'y'], constants: {}, nodes, opset });
    const feeds = new Map([['x', random('f32', shape, 3)]]);
    expect(await modelDifferences(file, feeds), JSON.stringify([shape, attributes])).toEqual([]);
  }
});
