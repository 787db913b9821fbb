import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelPins } from '../../src/cli/kernel-pins.ts';
import type { Report } from '../../src/report/report.ts';
import { cli } from './run-cli.ts';
import { writeData, writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-kernels-'));
  await writeModel(folder);
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const INT8 = ['tiny.onnx', '--calibrate', 'samples.npy', '-t', 'cortex-m4f', '-o', 'out'];

async function reportOf(...flags: string[]): Promise<Report> {
  const { stdout, stderr } = await cli(folder, 'compile', ...INT8, '--json', ...flags);
  expect(stderr).toBe('');
  return JSON.parse(stdout).report;
}

async function kernelsOf(...flags: string[]): Promise<(string | null)[]> {
  return (await reportOf(...flags)).layers.map(({ kernel }) => kernel);
}

test('layers and kernels', () => {
  expect(kernelPins('a=x,b=c=y')).toEqual({ a: 'x', 'b=c': 'y' });
  expect(kernelPins('b=z', { a: 'x', b: 'y' })).toEqual({ a: 'x', b: 'z' });
  for (const wrong of ['', 'a', 'a=', '=x', 'a=x,']) expect(() => kernelPins(wrong)).toThrow(/Must look like/);
});

test('each layer has its kernel, and why not another, in JSON and in the report', async () => {
  const { layers, goal } = await reportOf();
  expect(goal).toBe('balanced');
  expect(layers[0].kernel).toMatch(/^conv2d_\w+_4x2_s8$/);
  expect(layers[0].estimate?.instructions).toBeGreaterThan(1000);
  expect(layers[0].refused).toContainEqual({
    kernel: 'conv2d_a4',
    reason: 'neither its input nor its output has codes of 4 bits',
  });
  expect(layers[0].others).toContain('conv2d_s8');
  const { stdout } = await cli(folder, 'compile', ...INT8, '--refusals');
  expect(stdout).toMatch(/^Other kernels that could compute them\n(?: {2}.*\n)* {2}conv2d_s8 \(layer 0\)$/m);
  expect(stdout).toMatch(/^Kernels, chosen for balanced\n.*\nconv2d_\w+ +0 +[\d,]+\n/m);
  expect(stdout).toMatch(/^ {2}conv2d_a4: neither its input nor its output has codes of 4 bits \(layer 0\)$/m);
  expect((await cli(folder, 'compile', ...INT8)).stdout).not.toContain('conv2d_a4');
});

test('--goal and --kernels decide, more than a recipe does', async () => {
  const recipe = { passes: ['calibrate', 'quantize-int8'], goal: 'size', kernels: { c: 'conv2d_s8', y: 'dense_s8' } };
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
  expect((await kernelsOf('--goal', 'size')).at(-1)).toBe('dense_s8');
  expect((await kernelsOf('--kernels', 'c=conv2d_s8'))[0]).toBe('conv2d_s8');
  expect(await kernelsOf('--recipe', 'recipe.json')).toMatchObject({ 0: 'conv2d_s8' });
  const both = await reportOf('--recipe', 'recipe.json', '--goal', 'speed', '--kernels', 'c=conv2d_patch_4x2_s8');
  expect(both.goal).toBe('speed');
  expect(both.layers.map(({ kernel }) => kernel)).toMatchObject({ 0: 'conv2d_patch_4x2_s8' });
  expect(both.layers.at(-1)?.kernel).toBe('dense_s8');
});

describe('refused', () => {
  test.each<[string, string, RegExp]>([
    [
      'a layer that there is not',
      'cc=conv2d_s8',
      /no kernel can be chosen for 'cc'[\s\S]*there is no layer 'cc'[\s\S]*did you mean 'c'\?/,
    ],
    ['several of them', 'u=x,v=x', /for 'u', 'v'[\s\S]*layers with kernels to choose from: c, p, y/],
    ['a kernel that there is not', 'c=conv2d_s9', /no kernel 'conv2d_s9' for 'c'[\s\S]*did you mean 'conv2d_s8'\?/],
    ['one that cannot', 'c=pointwise_4x2_s8', /'pointwise_4x2_s8' cannot compute 'c'[\s\S]*no 1x1 without stride/],
  ])('%s', async (_name, pins, message) => {
    const { exitCode, stdout, stderr } = await cli(folder, 'compile', ...INT8, '--kernels', pins);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error\[BAD_ARGUMENT\]/);
    expect(stderr).toMatch(message);
  });

  test('a core without the instructions', async () => {
    const args = [...INT8, '-t', 'cortex-m0', '--kernels', 'y=dense_4x8_s8'];
    expect((await cli(folder, 'compile', ...args)).stderr).toMatch(/because: the core has no 'dsp'/);
  });

  test('a model whose layers are all computed in one way', async () => {
    await writeModel(folder, 'bare.onnx', 'input x: f32[1,1,8,8]\ny: f32[1,1,8,8] = Softmax(x) axis=3\nreturn y');
    const { stderr } = await cli(folder, 'compile', 'bare.onnx', '--kernels', 'y=softmax_f32');
    expect(stderr).toMatch(/Softmax 'y' is computed in one way only\n.*no layer of the model has kernels/);
  });
});
