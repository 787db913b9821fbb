import { expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { type FileSpec, f32, i64, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { modelDifferences } from './support/cases.ts';

/** What the compiled file computes otherwise than onnxruntime, on random numbers unless `feeds` has them. */
function wrong(spec: FileSpec, feeds: Readonly<Record<string, Tensor>> = {}): Promise<string[]> {
  const drawn = Object.entries(spec.inputs).map(
    ([name, [dtype, shape]], i) => [name, feeds[name] ?? random(dtype, shape, i + 1)] as const,
  );
  return modelDifferences(onnxFile(spec), new Map(drawn));
}

const MAX = 2 ** 63;

test('opset 7: masks of Dropout, statistics of each element, bounds of Slice at both ends of int64', async () => {
  const bounds = [
    { starts: [2], ends: [MAX], axes: [2] },
    { starts: [-MAX], ends: [2], axes: [2] },
    { starts: [0, -100], ends: [2, -1], axes: [1, -1] },
    { starts: [-(2 ** 31)], ends: [2 ** 31 - 1] },
  ];
  const spec: FileSpec = {
    inputs: { x: ['f32', [1, 2, 4, 4]], mean: ['f32', [2, 4, 4]] },
    outputs: ['d', 'e', 'mask', 'n', 'm', 's0', 's1', 's2', 's3'],
    constants: {
      scale: random('f32', [2, 4, 4], 2),
      bias: random('f32', [2, 4, 4], 3),
      middle: random('f32', [2, 4, 4], 4),
      variance: tensorOf(
        'f32',
        [2, 4, 4],
        Array.from({ length: 32 }, (_, i) => 0.1 + i / 8),
      ),
    },
    nodes: [
      node('r = Relu(x)'),
      node('d, unread = Dropout(r)', { ratio: 0.25 }),
      node('e, mask = Dropout(d)'),
      node('n = BatchNormalization(r, scale, bias, middle, variance)', { spatial: 0, epsilon: 0.01 }),
      node('m = BatchNormalization(x, scale, bias, mean, variance)', { spatial: 0 }),
      ...bounds.map((attributes, i) => node(`s${i} = Slice(r)`, attributes)),
    ],
    opset: 7,
  };
  expect(await wrong(spec)).toEqual([]);
});

test('opset 8: spatial=1 is what a newer BatchNormalization does', async () => {
  const spec: FileSpec = {
    inputs: { x: ['f32', [1, 2, 3, 3]] },
    outputs: ['y'],
    constants: { s: f32(0.5, 2), b: f32(1, -1), m: f32(0.1, 0.2), v: f32(1, 3) },
    nodes: [node('y = BatchNormalization(x, s, b, m, v)', { spatial: 1 })],
    opset: 8,
  };
  expect(await wrong(spec)).toEqual([]);
});

test('opset 10 and 13: masks of Dropout, bounds that are inputs, C of Gemm times 0', async () => {
  const odd = tensorOf('f32', [3], [Number.NaN, Number.POSITIVE_INFINITY, 1]);
  const masks: FileSpec = {
    inputs: { x: ['f32', [2, 3]] },
    outputs: ['d', 'mask'],
    constants: {},
    nodes: [node('d, mask = Dropout(x)', { ratio: 0.5 })],
    opset: 10,
  };
  const newer: FileSpec = {
    inputs: { x: ['f32', [2, 3]], c: ['f32', [3]] },
    outputs: ['d', 'mask', 'g', 'h', 's'],
    constants: {
      w: random('f32', [3, 3], 5),
      odd,
      from: i64(0),
      axis: i64(1),
      end: { dtype: 'i64', shape: [1], data: BigInt64Array.of(2n ** 63n - 1n) },
    },
    nodes: [
      node('d, mask = Dropout(x)'),
      node('g = Gemm(x, w, odd)', { beta: 0 }),
      node('h = Gemm(x, w, c)', { beta: 0, alpha: 0.5 }),
      node('s = Slice(x, from, end, axis)'),
    ],
    opset: 13,
  };
  expect(await wrong(masks)).toEqual([]);
  expect(await wrong(newer, { c: odd })).toEqual([]);
});

test('Dropout that trains drops nothing at a ratio of 0', async () => {
  const spec: FileSpec = {
    inputs: { x: ['f32', [2, 3]] },
    outputs: ['d', 'mask', 'e'],
    constants: { none: f32(0), on: tensorOf('bool', [], [1]) },
    nodes: [node('d, mask = Dropout(x, none, on)'), node('e = Dropout(x, none, on)')],
    opset: 12,
  };
  expect(await wrong(spec)).toEqual([]);
});

test('Dropout that trains is refused, by name', async () => {
  const spec: FileSpec = {
    inputs: { x: ['f32', [2, 3]] },
    outputs: ['d'],
    constants: { ratio: f32(0.5), on: tensorOf('bool', [], [1]) },
    nodes: [node('d = Dropout(x, ratio, on)')],
  };
  await expect(wrong(spec)).rejects.toThrow(/training_mode/);
});

test('integers of a Constant are those of the file, to the last bit', async () => {
  const values = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];
  const spec: FileSpec = {
    inputs: { x: ['i64', [3]] },
    outputs: ['y'],
    constants: { wide: { dtype: 'i64', shape: [3], data: BigInt64Array.from(values) } },
    nodes: [node('y = BitwiseXor(x, wide)')],
  };
  const zeros: Tensor = { dtype: 'i64', shape: [3], data: new BigInt64Array(3) };
  expect(await wrong(spec, { x: zeros })).toEqual([]);
  expect(tensorOf('i64', [2], [2 ** 63, -(2 ** 63)]).data).toEqual(BigInt64Array.from(values.slice(0, 2)));
});

test('opset 18: GroupNormalization with a scale and a bias for each group, constant and computed', async () => {
  const spec: FileSpec = {
    inputs: { x: ['f32', [2, 6, 3, 3]], s: ['f32', [2]] },
    outputs: ['y', 'z'],
    constants: { scale: f32(0.5, 2), bias: f32(1, -1) },
    nodes: [
      node('y = GroupNormalization(x, scale, bias)', { num_groups: 2 }),
      node('z = GroupNormalization(x, s, bias)', { num_groups: 2 }),
    ],
    opset: 18,
  };
  expect(await wrong(spec)).toEqual([]);
});
