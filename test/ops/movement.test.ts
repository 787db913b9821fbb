import { expect, test } from 'vitest';
import { type Case, constant, differences, fixed, flipped, given, ints, runtime } from './support/cases.ts';

const x = given([2, 3, 4, 5]);
const image = flipped(given([2, 3, 4, 5]));

test('Concat along every axis, of every layout', async () => {
  const cases: Case[] = [0, 1, 2, -1].flatMap((axis) => [
    { op: 'Concat', inputs: [x, given([2, 3, 4, 5], 'f32', 2)], attributes: { axis } },
    { op: 'Concat', inputs: [image, flipped(given([2, 3, 4, 5], 'f32', 2)), image], attributes: { axis } },
    { op: 'Concat', inputs: [image, fixed(given([2, 3, 4, 5], 'f32', 3))], attributes: { axis } },
    { op: 'Concat', inputs: [x, image], attributes: { axis } },
  ]);
  const odd: Case[] = [
    { op: 'Concat', inputs: [x], attributes: { axis: 1 } },
    { op: 'Concat', inputs: [given([3], 'i64'), given([2], 'i64')], attributes: { axis: 0 } },
    { op: 'Concat', inputs: [given([0, 2]), given([3, 2])], attributes: { axis: 0 } },
    { op: 'Concat', inputs: [given([1, 2], 'bool'), given([1, 3], 'bool')], attributes: { axis: 1 } },
  ];
  expect(await differences([...cases, ...odd], { tolerance: 0 })).toEqual([]);
});

test('Split by sizes and by count', async () => {
  const cases: Case[] = [x, image].flatMap((input): Case[] => [
    { op: 'Split', inputs: [input, ints(1, 4)], attributes: { axis: 3 }, outputs: 2 },
    { op: 'Split', inputs: [input, ints(1, 2)], attributes: { axis: 1 }, outputs: 2 },
    { op: 'Split', inputs: [input], attributes: { axis: -1, num_outputs: 3 }, outputs: 3 },
  ]);
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
  const old: Case = { op: 'Split', inputs: [x], attributes: { axis: 2 }, outputs: 2 };
  expect(await differences([old], { tolerance: 0, opset: 13 })).toEqual([]);
  const sized: Case = { ...old, attributes: { axis: 2, split: [3, 1] } };
  expect(await differences([old, sized], { tolerance: 0, opset: 11 })).toEqual([]);
});

test('Slice with negative starts, ends and steps', async () => {
  const cases: Case[] = [x, image].flatMap((input): Case[] => [
    { op: 'Slice', inputs: [input, ints(1, 0), ints(3, 100), ints(1, -1), ints(1, 2)] },
    { op: 'Slice', inputs: [input, ints(-1, 4), ints(-100, 0), ints(2, 3), ints(-1, -2)] },
    { op: 'Slice', inputs: [input, ints(0, 1, 1), ints(1, 3, 4)] },
    { op: 'Slice', inputs: [input, ints(-2), ints(-1), ints(-2)] },
    { op: 'Slice', inputs: [input, ints(1000), ints(-1000), ints(3), ints(-3)] },
  ]);
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
  const old: Case = { op: 'Slice', inputs: [x], attributes: { starts: [1, 0], ends: [3, -1], axes: [1, 3] } };
  expect(await differences([old], { tolerance: 0, opset: 9 })).toEqual([]);
});

test('Pad in every mode', async () => {
  const modes = ['constant', 'reflect', 'edge', 'wrap'];
  const cases = [x, image].flatMap((input) =>
    modes.flatMap((mode): Case[] => [
      { op: 'Pad', inputs: [input, ints(0, 0, 2, 1, 0, 0, 1, 3)], attributes: { mode } },
      { op: 'Pad', inputs: [input, ints(1, 2, 0, 0), null, ints(1, -1)], attributes: { mode } },
    ]),
  );
  const values: Case[] = [
    { op: 'Pad', inputs: [x, ints(0, 0, 0, 1, 0, 0, 1, 0), constant([], [1.5], 'f32')] },
    { op: 'Pad', inputs: [image, ints(0, 1, 0, 1, 0, 0, 1, 0), runtime([], [-7.25], 'f32')] },
    { op: 'Pad', inputs: [image, ints(0, -1, 1, -2, 0, 1, -2, -1)] },
    { op: 'Pad', inputs: [given([4, 3], 'i32'), ints(1, 0, 0, 2), constant([], [-5], 'i32')] },
  ];
  expect(await differences([...cases, ...values], { tolerance: 0 })).toEqual([]);
  const old: Case = { op: 'Pad', inputs: [x], attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: 0.1 } };
  expect(await differences([old], { tolerance: 0, opset: 10 })).toEqual([]);
});

test('Gather, GatherElements and GatherND', async () => {
  const cases = [x, image].flatMap((input): Case[] => [
    { op: 'Gather', inputs: [input, constant([], [-1])], attributes: { axis: 1 } },
    { op: 'Gather', inputs: [input, ints(2, 0, 1, 1)], attributes: { axis: 2 } },
    { op: 'Gather', inputs: [input, ints(0, 2)], attributes: { axis: 1 } },
    { op: 'Gather', inputs: [input, runtime([2, 2], [0, -1, 2, 1], 'i32')], attributes: { axis: 1 } },
    { op: 'Gather', inputs: [input, runtime([3], [4, -5, 2])], attributes: { axis: 3 } },
    { op: 'Gather', inputs: [input, runtime([], [1])] },
    { op: 'Gather', inputs: [input, constant([2, 3], [0, 1, 2, 1, 2, 3])], attributes: { axis: 2 } },
    {
      op: 'GatherElements',
      inputs: [input, runtime([1, 3, 2, 2], [0, 1, -1, 2, 0, 0, 3, 4, -2, 1, 1, 1])],
      attributes: { axis: 3 },
    },
    { op: 'GatherND', inputs: [input, runtime([2, 2], [0, 1, -1, 2])] },
    { op: 'GatherND', inputs: [input, ints(1, 2, 3, 4)] },
    { op: 'GatherND', inputs: [input, runtime([2, 2, 1], [0, 1, -1, 2])], attributes: { batch_dims: 1 } },
  ]);
  const table: Case = { op: 'Gather', inputs: [fixed(given([10, 4])), runtime([2, 3], [1, 2, 3, 9, 0, -1])] };
  expect(await differences([...cases, table], { tolerance: 0 })).toEqual([]);
});

test('Expand and Tile', async () => {
  const cases: Case[] = [
    { op: 'Expand', inputs: [given([3, 1]), ints(2, 1, 6)] },
    { op: 'Expand', inputs: [given([]), ints(2, 3)] },
    { op: 'Expand', inputs: [flipped(given([1, 3, 2, 1])), ints(2, 1, 1, 4)] },
    { op: 'Tile', inputs: [given([2, 3]), ints(2, 1)] },
    { op: 'Tile', inputs: [given([2, 3], 'i8'), ints(1, 3)] },
    { op: 'Tile', inputs: [image, ints(1, 2, 1, 3)] },
    { op: 'Tile', inputs: [given([1, 3, 1]), ints(2, 2, 2)] },
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});
