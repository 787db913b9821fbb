import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.ts';
import { writeData, writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-idle-'));
  await writeModel(folder);
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['compile --data samples.npy', '--data and --labels say nothing here'],
  ['compile --calibrate samples.npy --percentile 99', '--percentile says nothing to another method'],
  ['compile --method minmax --samples 3', '--samples, --method say nothing to a float32 model'],
  ['verify --no-bias-correction', '--no-bias-correction says nothing to a float32 model'],
  ['verify --precision float32 --calibrate samples.npy --distill', '--distill says nothing to a float32 model'],
])('a flag that would be ignored is refused: %s', async (line, message) => {
  const [verb, ...flags] = line.split(' ');
  const { exitCode, stderr } = await cli(folder, verb, 'tiny.onnx', ...flags);
  expect(stderr).toContain(`error[BAD_ARGUMENT]: ${message}`);
  expect(exitCode).toBe(1);
});
