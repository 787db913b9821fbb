import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { weightFormats } from '../../src/cli/weight-formats.ts';
import { cli } from './run-cli.ts';
import { writeData, writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-weights-'));
  await writeModel(folder);
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const compile = (...flags: string[]) => cli(folder, 'compile', 'tiny.onnx', '--calibrate', 'samples.npy', ...flags);

test('formats and patterns as entries of few-bit', () => {
  expect(weightFormats('int4')).toEqual([{ match: '*', format: 'int4' }]);
  expect(weightFormats('int4,:first=int8,a=b=ttq')).toEqual([
    { match: '*', format: 'int4' },
    { match: ':first', format: 'int8' },
    { match: 'a=b', format: 'ttq' },
  ]);
  expect(weightFormats('fc*=ternary')).toEqual([
    { match: '*', format: 'int8' },
    { match: 'fc*', format: 'ternary' },
  ]);
  for (const wrong of ['', 'int4,', '=int4', 'c=']) expect(() => weightFormats(wrong)).toThrow(/Must look like/);
});

test('--weights stores each layer as asked, and says where an entropy code does not pay', async () => {
  const { exitCode, stdout, stderr } = await compile('--weights', 'int4,:last=ternary+huffman', '-o', 'out');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const tables = await readFile(join(folder, 'out/tiny_weights.c'), 'utf8');
  expect(tables).toMatch(/int4 weights .* of c/);
  expect(tables).toMatch(/ternary weights .* of y/);
  expect(stdout).toMatch(/stored as ternary: huffman .* in all weights/);
});

test('--distill trains what --weights encoded, and says how close it came', async () => {
  const { exitCode, stdout, stderr } = await compile('--weights', 'int3', '--distill', '-o', 'distilled');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/distance from the float model on held-back samples/);
});

describe('refused before any work', () => {
  test.each<[string, string[], RegExp]>([
    ['a format that there is not', ['--weights', 'int9'], /no format 'int9'/],
    ['bits out of range', ['--weights', 'codebook-300'], /no format 'codebook-300'/],
    ['a layer that there is not', ['--weights', 'int4,conv7=int8'], /no layer with weights matches 'conv7'[\s\S]*c, y/],
    ['no format', ['--weights', 'c='], /Must look like/],
    ['float32', ['--weights', 'int4', '--precision', 'float32'], /cannot be used with option/],
  ])('%s', async (_name, flags, message) => {
    const { exitCode, stdout, stderr } = await compile(...flags, '-o', 'none');
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  test('no calibration data', async () => {
    const { exitCode, stderr } = await cli(folder, 'compile', 'tiny.onnx', '--weights', 'int4');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/needs calibration data/);
  });
});
