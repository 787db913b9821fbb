import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/outputs.ts';
import { cli } from '../cli/run-cli.ts';
import { writeModel } from '../cli/tiny.ts';

const workflow = readFileSync(`${ROOT}examples/ci/firmware-model.yml`, 'utf8');

/** The script of the workflow's step of that name. */
function stepOf(name: string): string {
  const step = workflow.split('      - name: ').find((text) => text.startsWith(`${name}\n`)) ?? '';
  const [, script = ''] = /run: \|\n((?: {10}.*\n)+)/.exec(step) ?? [];
  return script.replace(/^ {10}/gm, '');
}

const TRACKED = stepOf('Nothing that the project is made of is missing or untracked');
const CHECKED = stepOf('Model, C and figures are what the lock says');

let folder: string;
const run = (script: string) => {
  const PATH = `${join(folder, '.bin')}:${process.env.PATH}`;
  return execa('bash', ['-e', '-c', script], { cwd: folder, env: { PATH, RUNNER_TEMP: tmpdir() }, reject: false });
};
const commit = (files: string) =>
  run(`git add ${files} && git -c user.name=a -c user.email=a@example.com commit -qm x`);

/** A repository with a project whose `npx` runs this nibblec. */
async function makeRepository(): Promise<void> {
  mkdirSync(join(folder, '.bin'));
  const nibblec = `'${process.execPath}' --import '${import.meta.resolve('tsx')}' '${ROOT}src/cli/main.ts'`;
  writeFileSync(join(folder, '.bin/npx'), `#!/bin/sh\nshift\nexec ${nibblec} "$@"\n`);
  chmodSync(join(folder, '.bin/npx'), 0o755);
  await writeModel(folder);
  await cli(folder, 'init', '-o', 'fw');
  await cli(folder, 'build', '--quiet');
  await run('git init -q');
}

test('the workflow fails where something was never committed or is missing, and where it differs', async () => {
  folder = mkdtempSync(join(tmpdir(), 'nibblec-workflow-'));
  try {
    await makeRepository();
    await commit('nibblec.* tiny.onnx');
    expect((await run(TRACKED)).stderr).toContain("pathspec 'fw/tiny/tiny.h' did not match");
    await commit('fw');
    expect((await run(TRACKED)).exitCode).toBe(0);
    writeFileSync(join(folder, 'fw/tiny/tiny.c'), 'int b;\n');
    expect((await run(CHECKED)).stderr).toContain('fw/tiny/tiny.c is not what the model becomes');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('it quantizes nothing: the runner may have another processor', () => {
  expect(workflow).not.toMatch(/^ +(run:|npx).*(build|compile|quantize|tune|--calibrate)/m);
});
