import { expect, test } from 'vitest';
import { type Case, constant, differences, fixed, flipped, type Given, given, ints, runtime } from './support/cases.ts';

const x = given([2, 3, 5, 6]);
const image = flipped(given([2, 3, 5, 6]));

test('GridSample in every mode', async () => {
  const grid = given([2, 4, 3, 2]);
  const cases = ['linear', 'nearest', 'cubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
      [0, 1].map(
        (align_corners): Case => ({
          op: 'GridSample',
          inputs: [align_corners ? x : image, grid],
          attributes: { mode, padding_mode, align_corners },
        }),
      ),
    ),
  );
  const volumes = ['linear', 'nearest'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].map(
      (padding_mode): Case => ({
        op: 'GridSample',
        inputs: [given([1, 2, 3, 4, 5]), given([1, 2, 3, 4, 3])],
        attributes: { mode, padding_mode },
      }),
    ),
  );
  expect(await differences([...cases, ...volumes])).toEqual([]);
  const old = ['bilinear', 'nearest', 'bicubic'].map(
    (mode): Case => ({ op: 'GridSample', inputs: [x, grid], attributes: { mode } }),
  );
  expect(await differences(old, { opset: 16 })).toEqual([]);
});

test('RoiAlign', async () => {
  const rois: Given = {
    dtype: 'f32',
    shape: [3, 4],
    data: Float32Array.of(0, 0, 4, 4, 1.5, 0.5, 5, 3, -1, -2, 2.2, 9),
  };
  const batches = runtime([3], [0, 1, 1]);
  const cases = ['avg', 'max'].flatMap((mode) =>
    [0, 2].map(
      (sampling_ratio): Case => ({
        op: 'RoiAlign',
        inputs: [x, rois, batches],
        attributes: { mode, sampling_ratio, output_height: 2, output_width: 3, spatial_scale: 0.9 },
      }),
    ),
  );
  expect(await differences(cases, { opset: 16 })).toEqual([]);
  expect(await differences(cases.slice(0, 2), { opset: 10 })).toEqual([]);
});

test('Col2Im, AffineGrid, CenterCropPad', async () => {
  const cases: Case[] = [
    {
      op: 'Col2Im',
      inputs: [given([1, 8, 12]), ints(5, 5), ints(2, 2)],
      attributes: { strides: [2, 1], pads: [1, 0, 0, 0] },
    },
    { op: 'Col2Im', inputs: [given([2, 6, 4]), ints(5, 5), ints(1, 3)], attributes: { strides: [4, 2] } },
    { op: 'Col2Im', inputs: [given([1, 8, 16]), ints(6, 6), ints(2, 2)], attributes: { dilations: [2, 2] } },
    ...[0, 1].flatMap((align_corners): Case[] => [
      { op: 'AffineGrid', inputs: [given([2, 2, 3]), ints(2, 3, 4, 5)], attributes: { align_corners } },
      { op: 'AffineGrid', inputs: [given([1, 3, 4]), ints(1, 2, 3, 4, 5)], attributes: { align_corners } },
    ]),
    ...[x, image].flatMap((input): Case[] => [
      { op: 'CenterCropPad', inputs: [input, ints(2, 3, 8, 3)] },
      { op: 'CenterCropPad', inputs: [input, ints(2, 9)], attributes: { axes: [2, -1] } },
    ]),
  ];
  expect(await differences(cases)).toEqual([]);
});

test('DeformConv and Det', async () => {
  const offset = given([2, 2 * 9 * 2, 3, 4]);
  const mask = given([2, 2 * 9, 3, 4]);
  const w = fixed(given([4, 2, 3, 3]));
  const wide = given([2, 4, 5, 6]);
  const cases: Case[] = [
    { op: 'DeformConv', inputs: [wide, w, offset], attributes: { group: 2, offset_group: 2 } },
    { op: 'DeformConv', inputs: [wide, w, offset, fixed(given([4])), mask], attributes: { group: 2, offset_group: 2 } },
    {
      op: 'DeformConv',
      inputs: [wide, fixed(given([1, 4, 2, 2])), given([2, 8, 3, 3])],
      attributes: { strides: [2, 2], pads: [1, 0, 0, 1], kernel_shape: [2, 2] },
    },
    { op: 'Det', inputs: [given([4, 4])] },
    { op: 'Det', inputs: [given([2, 3, 3, 3])] },
    { op: 'Det', inputs: [constant([2, 2], [0, 1, 1, 0], 'f32')].map((tensor) => ({ ...tensor, constant: false })) },
  ];
  expect(await differences(cases)).toEqual([]);
});

test('TensorScatter', async () => {
  const past = given([2, 2, 5, 3]);
  const update = given([2, 2, 2, 3], 'f32', 7);
  const cases: Case[] = [
    { op: 'TensorScatter', inputs: [past, update] },
    { op: 'TensorScatter', inputs: [past, update, runtime([2], [1, 3])] },
    { op: 'TensorScatter', inputs: [past, update, runtime([2], [4, 0])], attributes: { mode: 'circular' } },
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});
