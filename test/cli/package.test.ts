import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.ts';
import { writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-package-'));
  await writeModel(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const compile = (kind: string) => cli(folder, 'compile', 'tiny.onnx', '--quiet', '--package', kind, '-o', kind);

test.each([
  ['cmsis-pack', 'nibblec.tiny.pdsc'],
  ['platformio', 'library.json'],
])('%s is written with its folders, again over itself, and not over a file of others', async (kind, manifest) => {
  for (const _ of ['once', 'again']) {
    const { exitCode, stdout } = await compile(kind);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Wrote include/tiny.h, src/tiny.c, src/tiny_weights.c, ${manifest}, `);
  }
  expect(await readFile(join(folder, kind, 'src/tiny.c'), 'utf8')).toContain('#include "tiny.h"');
  await writeFile(join(folder, kind, manifest), 'mine\n');
  expect((await compile(kind)).stderr).toContain(`'${manifest}' would be overwritten`);
});

test('an unknown kind is refused before anything is compiled', async () => {
  const { exitCode, stderr } = await compile('arduno');
  expect(exitCode).toBe(1);
  expect(stderr).toContain("did you mean 'arduino'?");
});
