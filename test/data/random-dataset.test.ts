import { expect, test } from 'vitest';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { parseGraph } from '../../src/ir/text.ts';

const INPUTS = [
  { name: 'x', dtype: 'f32', shape: [2, 500] },
  { name: 'b', dtype: 'u8', shape: [1000] },
  { name: 'i', dtype: 'i64', shape: [100] },
] as const;

test('a sample depends on seed and index only', () => {
  const sample = (seed: number, count: number, index: number) => randomDataset(INPUTS, count, seed).sample(index);
  expect(sample(1, 5, 3)).toEqual(sample(1, 9, 3));
  expect(sample(1, 5, 3)).not.toEqual(sample(1, 5, 2));
  expect(sample(1, 5, 3)).not.toEqual(sample(2, 5, 3));
});

test('types, shapes and ranges', () => {
  const sample = randomDataset(INPUTS, 1, 0).sample(0);
  const [x, b, i] = INPUTS.map(({ name }) => sample.get(name)!);
  expect(x).toMatchObject({ dtype: 'f32', shape: [2, 500] });
  const mean = Array.from(x.data as Float32Array).reduce((sum, value) => sum + value, 0) / 1000;
  expect(Math.abs(mean)).toBeLessThan(0.2);
  expect(Math.max(...[...b.data].map(Number))).toBeGreaterThan(240);
  expect(new Set(Array.from(i.data as BigInt64Array))).toEqual(new Set([0n, 1n]));
});

test.each([
  ['integer divisors are not 0', 'input x: i32[200]\n input a: i32[200]\n y: i32[200] = Div(a, x)', 1, 127],
  [
    'nor behind a view',
    'input x: u8[200]\n input a: u8[2,100]\n v: u8[2,100] = Reshape(x, s)\n y: u8[2,100] = Mod(a, v)',
    1,
    127,
  ],
  [
    'shifts below the width',
    'input x: u8[200]\n input a: u8[200]\n y: u8[200] = BitShift(a, x) direction="LEFT"',
    0,
    7,
  ],
  ['indices of an axis of one', 'input x: i64[200]\n const a: f32[1,2] = 1, 2\n y: f32[200,2] = Gather(a, x)', 0, 0],
  [
    'indices of a longer axis',
    'input x: i32[200]\n const a: f32[2,3] = 1, 2, 3, 4, 5, 6\n y: f32[2,200] = Gather(a, x) axis=-1',
    0,
    2,
  ],
  [
    'indices that come as floats',
    'input x: f32[200]\n const a: f32[3] = 1, 2, 3\n i: i64[200] = Cast(x) to=7\n y: f32[200] = Gather(a, i)',
    0,
    2,
  ],
  ['lengths of sequences', 'input a: f32[4,200,1]\n input x: i64[200]\n y: f32[4,200,1] = ReverseSequence(a, x)', 1, 4],
  ['powers of integers', 'input x: i32[200]\n const e: f32[] = 30\n y: i32[200] = Pow(x, e)', 1, 2],
  ['powers of integers by random numbers', 'input a: i32[200]\n input x: f32[200]\n y: i32[200] = Pow(a, x)', 0, 3],
  ['logarithms', 'input x: f32[200]\n y: f32[200] = Log(x)', 0.001, 9],
  ['logarithms of sums', 'input x: f32[200]\n y: f32[1] = ReduceLogSum(x)', 0.001, 9],
  [
    'variances',
    'input a: f32[1,200]\n input b: f32[200]\n input x: f32[200]\n y: f32[1,200] = BatchNormalization(a, b, b, b, x)',
    0,
    9,
  ],
  ['two readers', 'input x: f32[200]\n y: f32[200] = Sqrt(x)\n z: f32[200] = Acos(x)', 0, 1],
  ['whole powers of any number', 'input x: f32[200]\n const e: f32[] = 2\n y: f32[200] = Pow(x, e)', -9, 9],
])('inside of what operators define: %s', (_, text, min, max) => {
  const graph = parseGraph(`const s: i64[2] = 2, 100\n ${text}\n return y`);
  const data = [...randomDataset(datasetInputs(graph), 1, 1).sample(0).get('x')!.data].map(Number);
  const [least, most] = [Math.min(...data), Math.max(...data)];
  expect(least).toBeGreaterThanOrEqual(min);
  expect(most).toBeLessThanOrEqual(max);
  // And not all alike, where more than one number is allowed.
  expect(least < most).toBe(min < max);
});
