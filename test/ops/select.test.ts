import { expect, test } from 'vitest';
import { type Case, constant, differences, fixed, flipped, given, ints, runtime } from './support/cases.ts';

const x = given([2, 3, 4, 5]);
const image = flipped(given([2, 3, 4, 5]));

test('ScatterElements and ScatterND with every reduction', async () => {
  const indices = runtime([2, 3, 1, 2], [0, 1, 2, -1, 4, 0, 1, 1, -2, 3, 0, 2]);
  const cases = [x, image].flatMap((input) =>
    ['none', 'add', 'mul', 'max', 'min'].flatMap((reduction): Case[] => [
      { op: 'ScatterElements', inputs: [input, indices, given([2, 3, 1, 2])], attributes: { axis: 3, reduction } },
      { op: 'ScatterND', inputs: [input, runtime([2, 2], [0, 1, -1, 2]), given([2, 4, 5])], attributes: { reduction } },
    ]),
  );
  const integers: Case[] = ['add', 'mul'].map((reduction) => ({
    op: 'ScatterND',
    inputs: [given([4, 2], 'i32'), runtime([3, 1], [3, 3, 0]), given([3, 2], 'i32')],
    attributes: { reduction },
  }));
  expect(await differences([...cases, ...integers], { tolerance: 0, opset: 18 })).toEqual([]);
  const old: Case = { op: 'Scatter', inputs: [x, indices, given([2, 3, 1, 2])], attributes: { axis: 3 } };
  expect(await differences([old], { tolerance: 0, opset: 10 })).toEqual([]);
});

test('DepthToSpace and SpaceToDepth of both layouts', async () => {
  const deep = [given([2, 12, 2, 3]), flipped(given([2, 12, 2, 3]))];
  const wide = [given([1, 3, 4, 6]), flipped(given([1, 3, 4, 6]))];
  const cases: Case[] = [
    ...deep.flatMap((input): Case[] => [
      { op: 'DepthToSpace', inputs: [input], attributes: { blocksize: 2 } },
      { op: 'DepthToSpace', inputs: [input], attributes: { blocksize: 2, mode: 'CRD' } },
    ]),
    ...wide.map((input): Case => ({ op: 'SpaceToDepth', inputs: [input], attributes: { blocksize: 2 } })),
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});

test('Trilu, EyeLike, OneHot, ReverseSequence, Compress', async () => {
  const cases: Case[] = [
    ...[x, image].flatMap((input): Case[] => [
      { op: 'Trilu', inputs: [input] },
      { op: 'Trilu', inputs: [input, constant([], [-2])], attributes: { upper: 0 } },
      { op: 'Trilu', inputs: [input, constant([], [2])], attributes: { upper: 1 } },
      { op: 'Compress', inputs: [input, constant([3], [1, 0, 1], 'bool')], attributes: { axis: 1 } },
      { op: 'Compress', inputs: [input, constant([6], [0, 1, 1, 0, 0, 1], 'bool')] },
    ]),
    { op: 'Trilu', inputs: [given([3, 3], 'i64')] },
    { op: 'EyeLike', inputs: [given([3, 5])], attributes: { k: 1 } },
    { op: 'EyeLike', inputs: [given([4, 2])], attributes: { k: -1, dtype: 6 } },
    { op: 'OneHot', inputs: [runtime([2, 3], [0, 1, 4, -1, -5, 9]), ints(5), constant([2], [0.5, 2], 'f32')] },
    {
      op: 'OneHot',
      inputs: [runtime([2, 3], [0, 1, 4, 3, 2, 9], 'i32'), constant([1], [5], 'i32'), runtime([2], [7, -2], 'f32')],
      attributes: { axis: 1 },
    },
    { op: 'ReverseSequence', inputs: [given([4, 3, 2]), runtime([3], [4, 1, 2])] },
    {
      op: 'ReverseSequence',
      inputs: [given([3, 4, 2]), runtime([3], [3, 1, 2])],
      attributes: { time_axis: 1, batch_axis: 0 },
    },
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});

test('constants are read as they are', async () => {
  const cases: Case[] = [
    { op: 'Trilu', inputs: [fixed(given([3, 3]))] },
    { op: 'Concat', inputs: [fixed(given([3, 3])), given([3, 3])], attributes: { axis: 0 } },
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});
