import { expect, test } from 'vitest';
import { f32, node, onnxFile, random } from '../helpers/onnx-file.ts';
import {
  type Case,
  constant,
  differences,
  fixed,
  flipped,
  type Given,
  given,
  ints,
  modelDifferences,
} from './support/cases.ts';

const x = given([1, 2, 5, 6]);
const image = flipped(given([1, 2, 5, 6]));
const floats = (...values: number[]): Given => constant([values.length], values, 'f32');
const COORDINATES = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

test('nearest in every coordinate and rounding mode', async () => {
  const rounding = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];
  const cases = COORDINATES.flatMap((coordinate_transformation_mode) =>
    rounding.flatMap((nearest_mode): Case[] => {
      const attributes = { coordinate_transformation_mode, nearest_mode };
      return [
        { op: 'Resize', inputs: [x, null, floats(1, 1, 2, 2)], attributes },
        { op: 'Resize', inputs: [image, null, floats(1, 1, 0.7, 1.5)], attributes },
        { op: 'Resize', inputs: [x, null, null, ints(1, 2, 8, 3)], attributes },
      ];
    }),
  );
  expect(await differences(cases, { tolerance: 0, opset: 19 })).toEqual([]);
});

test('linear and cubic in every coordinate mode', async () => {
  const cases = COORDINATES.flatMap((coordinate_transformation_mode) =>
    [x, image].flatMap((input): Case[] => [
      {
        op: 'Resize',
        inputs: [input, null, floats(1, 1, 2, 1.7)],
        attributes: { mode: 'linear', coordinate_transformation_mode },
      },
      {
        op: 'Resize',
        inputs: [input, null, null, ints(1, 2, 3, 9)],
        attributes: { mode: 'linear', coordinate_transformation_mode },
      },
      {
        op: 'Resize',
        inputs: [input, null, floats(1, 1, 1.5, 0.7)],
        attributes: { mode: 'cubic', coordinate_transformation_mode },
      },
      {
        op: 'Resize',
        inputs: [input, null, null, ints(1, 2, 9, 8)],
        attributes: { mode: 'cubic', coordinate_transformation_mode, cubic_coeff_a: -0.5, exclude_outside: 1 },
      },
    ]),
  );
  expect(await differences(cases, { opset: 19 })).toEqual([]);
});

test('crops, axes, aspect ratios and antialiasing', async () => {
  const crop = { coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: 10 };
  const roi = floats(0, 0, 0.4, 0.6, 1, 1, 1.2, 0.9);
  const cases: Case[] = [
    { op: 'Resize', inputs: [x, roi, null, ints(1, 2, 4, 3)], attributes: { ...crop, mode: 'linear' } },
    { op: 'Resize', inputs: [image, roi, null, ints(1, 2, 4, 3)], attributes: { ...crop, mode: 'nearest' } },
    { op: 'Resize', inputs: [x, null, floats(2, 0.5)], attributes: { axes: [3, 2], mode: 'linear' } },
    ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy): Case[] => [
      { op: 'Resize', inputs: [x, null, null, ints(9, 8)], attributes: { axes: [2, 3], keep_aspect_ratio_policy } },
      {
        op: 'Resize',
        inputs: [x, null, null, ints(9, 8)],
        attributes: { axes: [2, 3], mode: 'linear', keep_aspect_ratio_policy },
      },
    ]),
    { op: 'Resize', inputs: [x, null, floats(1, 1, 0.6, 0.5)], attributes: { mode: 'linear', antialias: 1 } },
    { op: 'Resize', inputs: [x, null, floats(1, 1, 0.6, 0.5)], attributes: { mode: 'cubic', antialias: 1 } },
    {
      op: 'Resize',
      inputs: [x, null, floats(1, 1, 0.6, 0.5)],
      attributes: { mode: 'cubic', antialias: 1, exclude_outside: 1 },
    },
    { op: 'Resize', inputs: [given([1, 1, 3, 3], 'u8'), null, floats(1, 1, 2, 2)] },
    { op: 'Resize', inputs: [given([2, 7]), null, floats(1, 2.5)], attributes: { mode: 'linear' } },
    { op: 'Resize', inputs: [given([1, 2, 3, 4, 2]), null, floats(1, 1, 2, 0.5, 1.5)], attributes: { mode: 'linear' } },
  ];
  expect(await differences(cases, { opset: 19, tolerance: 1e-5 })).toEqual([]);
});

test.each([
  ['nearest', [2, 3, 7], [1, 3, 0.6]],
  ['nearest', [1, 2, 5, 6], [1, 1, 2.5, 0.4]],
  ['nearest', [1, 2, 5, 6], [1, 2, 0.6, 1.5]],
  ['linear', [1, 2, 5, 6], [1, 1, 2.5, 0.4]],
])('opset 10, %s: axes that shrink and axes that grow, %j by %j', async (mode, shape, scales) => {
  const model = onnxFile({
    inputs: { x: ['f32', shape] },
    outputs: ['y'],
    constants: { scales: f32(...scales) },
    nodes: [node('y = Resize(x, scales)', { mode })],
    opset: 10,
  });
  expect(await modelDifferences(model, new Map([['x', random('f32', shape)]]), mode === 'linear' ? 1e-5 : 0)).toEqual(
    [],
  );
});

test('old opsets: Upsample and Resize 10', async () => {
  const scaled: Case[] = [
    { op: 'Upsample', inputs: [x], attributes: { scales: [1, 1, 2, 3], mode: 'nearest' } },
    { op: 'Upsample', inputs: [x], attributes: { scales: [1, 1, 2, 1.5], mode: 'linear' } },
  ];
  expect(await differences(scaled, { opset: 7 })).toEqual([]);
  const input: Case[] = [{ op: 'Upsample', inputs: [image, fixed(floats(1, 1, 2, 2))] }];
  expect(await differences(input, { opset: 9 })).toEqual([]);
  const resized: Case[] = [
    { op: 'Resize', inputs: [x, floats(1, 1, 2, 2)] },
    { op: 'Resize', inputs: [x, floats(1, 1, 0.6, 0.5)] },
    { op: 'Resize', inputs: [x, floats(1, 1, 0.6, 0.5)], attributes: { mode: 'linear' } },
  ];
  expect(await differences(resized, { opset: 10 })).toEqual([]);
  const cropped: Case = {
    op: 'Resize',
    inputs: [x, floats(), floats(1, 1, 1.7, 0.5)],
    attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn' },
  };
  expect(await differences([cropped], { opset: 11 })).toEqual([]);
});

/** Linear ones are truncated sums of float; with antialias each axis is rounded, and 8 bits are clamped to 0 .. 255. */
test('integers, as onnxruntime rounds them', async () => {
  const shapes: [shape: number[], scales: number[]][] = [
    [
      [1, 2, 5, 6],
      [1, 1, 1.7, 2],
    ],
    [
      [1, 2, 5, 7],
      [1, 1, 0.6, 0.5],
    ],
    [
      [1, 3, 9, 4],
      [1, 1, 0.4, 2.5],
    ],
    [
      [6, 8],
      [0.5, 3],
    ],
    // Axes that keep their size, beside others and alone.
    [
      [1, 2, 4, 5],
      [1, 1, 1.3, 1],
    ],
    [
      [2, 2, 3, 5],
      [1, 1, 1.3, 1],
    ],
  ];
  // All axes of a volume are interpolated, where nothing is filtered.
  const volumes: typeof shapes = [
    [
      [2, 3, 2, 7, 5],
      [1, 1, 0.5, 3, 0.5],
    ],
    [
      [3, 3, 4],
      [1, 1.7, 1],
    ],
  ];
  const types = ['i8', 'u8', 'i32'] as const;
  const all = [
    ...shapes,
    ...volumes,
    [
      [1, 4, 5, 3],
      [1, 2, 0.7, 1],
    ] as (typeof shapes)[number],
  ];
  const linear = types.flatMap((dtype) =>
    all.flatMap(([shape, scales], s) =>
      COORDINATES.map(
        (coordinate_transformation_mode): Case => ({
          op: 'Resize',
          inputs: [random(dtype, shape, s + 1), null, floats(...scales)],
          attributes: { mode: 'linear', coordinate_transformation_mode },
        }),
      ),
    ),
  );
  const crop = { coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: -7.5, mode: 'linear' };
  const roi = floats(0, 0, 0.4, 0.6, 1, 1, 1.2, 0.9);
  const cropped = { op: 'Resize', inputs: [given([1, 2, 5, 6], 'i8'), roi, null, ints(1, 2, 4, 3)], attributes: crop };
  const filtered = types.flatMap((dtype, t) =>
    shapes.flatMap(([shape, scales], s) =>
      ['linear', 'cubic'].map(
        (mode, m): Case => ({
          op: 'Resize',
          inputs: [given(shape, dtype, s + 9), null, floats(...scales)],
          attributes: { mode, antialias: 1, exclude_outside: (s + t + m) % 2 },
        }),
      ),
    ),
  );
  expect(await differences([...linear, cropped, ...filtered], { opset: 19, tolerance: 0 })).toEqual([]);
});
