import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activationBits } from '../../src/cli/activation-bits.ts';
import { cli } from './run-cli.ts';
import { writeData, writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-activations-'));
  await writeModel(folder);
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const compile = (...flags: string[]) => cli(folder, 'compile', 'tiny.onnx', '--calibrate', 'samples.npy', ...flags);

test('bits and patterns as entries of calibrate', () => {
  const all = [
    { match: '*', bits: 4 },
    { match: ':last', bits: 8 },
  ];
  expect(activationBits('4')).toEqual(all);
  expect(activationBits('4,a=b=8')).toEqual([...all, { match: 'a=b', bits: 8 }]);
  expect(activationBits('conv*=4')).toEqual([{ match: 'conv*', bits: 4 }]);
  expect(activationBits('16,y=8')).toEqual([
    { match: ':all', bits: 16 },
    { match: 'y', bits: 8 },
  ]);
  for (const wrong of ['', '3', '6', '116', 'a=5', '=4', '4,'])
    expect(() => activationBits(wrong)).toThrow(/Must look like/);
});

test('--activations 4 spares the last layer; a name in full reaches an output', async () => {
  const bordered = await compile('--activations', '4', '-o', 'bordered');
  expect([bordered.stderr, bordered.exitCode]).toEqual(['', 0]);
  expect(await readFile(join(folder, 'bordered/tiny.h'), 'utf8')).not.toContain('Two codes of 4 bits');
  const named = await compile('--activations', 'c=4,y=4', '-o', 'named');
  expect([named.stderr, named.exitCode]).toEqual(['', 0]);
  expect(await readFile(join(folder, 'named/tiny.c'), 'utf8')).toContain('nn_store_s4');
});

describe('refused before any work', () => {
  test.each<[string, string[], RegExp]>([
    ['bits out of range', ['--activations', '2'], /Must look like/],
    ['a value that there is not', ['--activations', '4,conv7=8'], /no float value .* matches 'conv7'/],
    ['float32', ['--activations', '4', '--precision', 'float32'], /cannot be used with option/],
  ])('%s', async (_name, flags, message) => {
    const { exitCode, stdout, stderr } = await compile(...flags, '-o', 'none');
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });
});
