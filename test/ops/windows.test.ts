import { expect, test } from 'vitest';
import { type Case, differences, fixed, flipped, type Given, given } from './support/cases.ts';

const x = given([2, 4, 7, 6]);
const image = flipped(given([2, 4, 7, 6]));
const row = flipped(given([2, 4, 9]));
const volume = given([1, 2, 5, 4, 6]);
const positive = (tensor: Given): Given => ({ ...tensor, data: (tensor.data as Float32Array).map(Math.abs) });

test('ConvTranspose in one and two dimensions', async () => {
  const w = fixed(given([4, 3, 3, 2], 'f32', 2));
  const b = fixed(given([3], 'f32', 3));
  const cases = [x, image].flatMap((input): Case[] => [
    { op: 'ConvTranspose', inputs: [input, w, b] },
    {
      op: 'ConvTranspose',
      inputs: [input, w],
      attributes: { strides: [2, 3], pads: [1, 0, 0, 1], output_padding: [1, 2] },
    },
    { op: 'ConvTranspose', inputs: [input, w], attributes: { dilations: [2, 2], pads: [2, 1, 1, 1] } },
    { op: 'ConvTranspose', inputs: [input, w], attributes: { strides: [2, 2], output_shape: [14, 13] } },
    { op: 'ConvTranspose', inputs: [input, w], attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' } },
    { op: 'ConvTranspose', inputs: [input, w], attributes: { strides: [2, 2], auto_pad: 'SAME_LOWER' } },
    { op: 'ConvTranspose', inputs: [input, fixed(given([4, 3, 3, 2]))], attributes: { group: 2, strides: [1, 2] } },
    {
      op: 'ConvTranspose',
      inputs: [input, given([4, 3, 3, 2]), given([6])],
      attributes: { group: 2, strides: [1, 2] },
    },
  ]);
  const rows: Case[] = [
    { op: 'ConvTranspose', inputs: [row, fixed(given([4, 2, 3]))], attributes: { strides: [2], pads: [1, 1] } },
    { op: 'ConvTranspose', inputs: [volume, fixed(given([2, 2, 2, 3, 1]))], attributes: { strides: [2, 1, 2] } },
  ];
  expect(await differences([...cases, ...rows])).toEqual([]);
});

test('Conv of any rank and with computed weights', async () => {
  const cases: Case[] = [
    {
      op: 'Conv',
      inputs: [volume, fixed(given([3, 2, 2, 3, 3])), given([3])],
      attributes: { pads: [1, 0, 1, 0, 1, 1] },
    },
    {
      op: 'Conv',
      inputs: [flipped(volume), fixed(given([4, 1, 2, 2, 2]))],
      attributes: { group: 2, strides: [2, 1, 3], dilations: [1, 2, 1] },
    },
    { op: 'Conv', inputs: [image, given([2, 4, 3, 3])], attributes: { pads: [1, 1, 1, 1] } },
    {
      op: 'Conv',
      inputs: [row, given([2, 2, 3]), given([2])],
      attributes: { group: 2, auto_pad: 'SAME_UPPER', strides: [2] },
    },
  ];
  expect(await differences(cases)).toEqual([]);
});

test('pools of any rank and type, with indices', async () => {
  const kernel_shape = [3, 2];
  const cases: Case[] = [
    ...[x, image].flatMap((input): Case[] => [
      { op: 'MaxPool', inputs: [input], attributes: { kernel_shape, strides: [2, 2], pads: [1, 1, 1, 0] }, outputs: 2 },
      { op: 'MaxPool', inputs: [input], attributes: { kernel_shape, storage_order: 1, dilations: [2, 1] }, outputs: 2 },
      { op: 'LpPool', inputs: [input], attributes: { kernel_shape, strides: [2, 2] } },
      { op: 'LpPool', inputs: [input], attributes: { kernel_shape, p: 1, pads: [1, 0, 1, 1] } },
      { op: 'LpPool', inputs: [positive(input)], attributes: { kernel_shape, p: 3 } },
    ]),
    {
      op: 'MaxPool',
      inputs: [volume],
      attributes: { kernel_shape: [2, 2, 3], strides: [2, 1, 2], pads: [0, 1, 0, 1, 0, 1] },
    },
    { op: 'MaxPool', inputs: [given([1, 2, 5, 5], 'u8')], attributes: { kernel_shape: [2, 2] } },
    {
      op: 'MaxPool',
      inputs: [given([1, 2, 5, 5], 'i8')],
      attributes: { kernel_shape: [3, 3], ceil_mode: 1, strides: [2, 2] },
    },
    { op: 'AveragePool', inputs: [volume], attributes: { kernel_shape: [2, 2, 3], pads: [1, 1, 1, 1, 1, 1] } },
    {
      op: 'AveragePool',
      inputs: [flipped(volume)],
      attributes: { kernel_shape: [2, 3, 3], pads: [1, 1, 1, 1, 1, 1], count_include_pad: 1 },
    },
    { op: 'AveragePool', inputs: [volume], attributes: { kernel_shape: [2, 3, 3], strides: [2, 2, 2], ceil_mode: 1 } },
  ];
  expect(await differences(cases)).toEqual([]);
  const global = [x, image].map((input): Case => ({ op: 'GlobalLpPool', inputs: [input] }));
  expect(await differences(global, { opset: 21 })).toEqual([]);
});

test('MaxUnpool', async () => {
  const pooled = given([1, 2, 2, 2]);
  const at = {
    dtype: 'i64' as const,
    shape: [1, 2, 2, 2],
    data: BigInt64Array.from([1n, 3n, 8n, 15n, 16n, 22n, 25n, 31n]),
  };
  const cases: Case[] = [
    { op: 'MaxUnpool', inputs: [pooled, at], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    {
      op: 'MaxUnpool',
      inputs: [pooled, at, { dtype: 'i64', shape: [4], data: BigInt64Array.from([1n, 2n, 5n, 5n]), constant: true }],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});
