import { expect, test } from 'vitest';
import { type Case, constant, differences, flipped, given, ints } from './support/cases.ts';

const x = given([2, 3, 4, 5]);
const image = flipped(given([2, 3, 4, 5]));
const REDUCTIONS = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSumExp'].map(
  (name) => `Reduce${name}`,
);

test('every reduction over every kind of axes', async () => {
  const cases = REDUCTIONS.flatMap((op) =>
    [x, image].flatMap((input): Case[] => [
      { op, inputs: [input] },
      { op, inputs: [input, ints(1)], attributes: { keepdims: 0 } },
      { op, inputs: [input, ints(-1, -2)], attributes: { keepdims: 1 } },
      { op, inputs: [input, ints(0, 3)], attributes: { keepdims: 0 } },
    ]),
  );
  const logs: Case[] = [
    { op: 'ReduceLogSum', inputs: [{ ...x, data: (x.data as Float32Array).map(Math.abs) }, ints(1)] },
    { op: 'ReduceLogSumExp', inputs: [{ ...x, data: (x.data as Float32Array).map((v) => v * 200) }, ints(1)] },
    { op: 'ReduceSum', inputs: [x], attributes: { noop_with_empty_axes: 1 } },
    { op: 'ReduceMax', inputs: [given([2, 0, 3]), ints(1)] },
    { op: 'ReduceProd', inputs: [given([2, 0, 3]), ints(1)], attributes: { keepdims: 0 } },
    { op: 'ReduceLogSumExp', inputs: [given([2, 0, 3]), ints(1)], attributes: { keepdims: 0 } },
  ];
  expect(await differences([...cases, ...logs])).toEqual([]);
});

test('reductions of integers', async () => {
  const of = (op: string, dtype: 'i32' | 'i64' | 'i8' | 'u8' | 'bool'): Case => ({
    op,
    inputs: [given([3, 4], dtype), ints(1)],
  });
  const cases = [
    ...[
      'ReduceSum',
      'ReduceMean',
      'ReduceProd',
      'ReduceMax',
      'ReduceMin',
      'ReduceL1',
      'ReduceL2',
      'ReduceSumSquare',
    ].map((op) => of(op, 'i32')),
    ...['ReduceSum', 'ReduceMax', 'ReduceMin'].map((op) => of(op, 'i64')),
    ...['ReduceMax', 'ReduceMin'].flatMap((op) => [of(op, 'i8'), of(op, 'u8'), of(op, 'bool')]),
  ];
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
});

test('axes as an attribute', async () => {
  const cases = REDUCTIONS.map((op): Case => ({ op, inputs: [x], attributes: { axes: [1, -1], keepdims: 0 } }));
  expect(await differences(cases, { opset: 11 })).toEqual([]);
  expect(
    await differences(
      cases.filter(({ op }) => op !== 'ReduceSum'),
      { opset: 13 },
    ),
  ).toEqual([]);
});

test('ArgMax and ArgMin', async () => {
  const even = { ...x, data: (x.data as Float32Array).map((v) => Math.round(v)) };
  const cases = ['ArgMax', 'ArgMin'].flatMap((op) =>
    [even, flipped(even)].flatMap((input) =>
      [0, 1, -1].flatMap((axis): Case[] => [
        { op, inputs: [input], attributes: { axis } },
        { op, inputs: [input], attributes: { axis, keepdims: 0, select_last_index: 1 } },
      ]),
    ),
  );
  expect(await differences([...cases, { op: 'ArgMax', inputs: [given([4, 3], 'i32')] }], { tolerance: 0 })).toEqual([]);
});

test('TopK', async () => {
  const even = { ...x, data: (x.data as Float32Array).map((v) => Math.round(v)) };
  const cases = [even, flipped(even)].flatMap((input) =>
    [1, -1].flatMap((axis): Case[] => [
      { op: 'TopK', inputs: [input, ints(3)], attributes: { axis }, outputs: 2 },
      { op: 'TopK', inputs: [input, ints(2)], attributes: { axis, largest: 0 }, outputs: 2 },
    ]),
  );
  cases.push({ op: 'TopK', inputs: [given([9], 'i64'), ints(9)], outputs: 2 });
  expect(await differences(cases, { tolerance: 0 })).toEqual([]);
  const old: Case = { op: 'TopK', inputs: [even], attributes: { k: 2, axis: 2 }, outputs: 2 };
  expect(await differences([old], { tolerance: 0, opset: 9 })).toEqual([]);
});

test('CumSum and CumProd', async () => {
  const cases = ['CumSum', 'CumProd'].flatMap((op) =>
    [x, image].flatMap((input) =>
      [0, 1, -1].flatMap((axis): Case[] => [
        { op, inputs: [input, constant([], [axis])] },
        { op, inputs: [input, constant([], [axis])], attributes: { exclusive: 1 } },
        { op, inputs: [input, constant([], [axis])], attributes: { reverse: 1 } },
        { op, inputs: [input, constant([], [axis])], attributes: { reverse: 1, exclusive: 1 } },
      ]),
    ),
  );
  expect(await differences([...cases, { op: 'CumSum', inputs: [given([3, 2], 'i32'), constant([], [0])] }])).toEqual(
    [],
  );
});

test('Softmax, LogSoftmax and Hardmax', async () => {
  const cases = ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) =>
    [x, image].flatMap((input) => [0, 1, 2, -1].map((axis): Case => ({ op, inputs: [input], attributes: { axis } }))),
  );
  expect(await differences(cases)).toEqual([]);
  const old = ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): Case[] => [
    { op, inputs: [x] },
    { op, inputs: [image], attributes: { axis: 2 } },
    { op, inputs: [given([3, 7])] },
  ]);
  expect(await differences(old, { opset: 11 })).toEqual([]);
});
