import { expect, test } from 'vitest';
import { randomDataset } from '../../src/data/random-dataset.ts';

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
