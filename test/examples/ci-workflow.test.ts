import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../../scripts/outputs.ts';

/** The script of the workflow's step of that name. */
function stepOf(name: string): string {
  const workflow = readFileSync(`${ROOT}examples/ci/firmware-model.yml`, 'utf8');
  const step = workflow.split('      - name: ').find((text) => text.startsWith(`${name}\n`)) ?? '';
  const [, script = ''] = /run: \|\n((?: {10}.*\n)+)/.exec(step) ?? [];
  return script.replace(/^ {10}/gm, '');
}

let folder: string;
const run = (script: string) =>
  execa('bash', ['-e', '-c', script], { cwd: folder, env: { OUT: 'firmware/model' }, reject: false });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nibblec-workflow-'));
  mkdirSync(join(folder, 'firmware/model'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), 'firmware\n');
  await run('git init -q && git add README.md && git -c user.name=a -c user.email=a@example.com commit -qm first');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string) => writeFileSync(join(folder, 'firmware/model/model.c'), text);
const commit = 'git add . && git -c user.name=a -c user.email=a@example.com commit -qm model';

test('the workflow fails where the C was never committed, and where it differs', async () => {
  const step = stepOf('The committed C is up to date');
  write('int a;\n');
  expect((await run(step)).exitCode).not.toBe(0);
  await run(`git reset -q && ${commit}`);
  expect((await run(step)).exitCode).toBe(0);
  write('int b;\n');
  expect((await run(step)).exitCode).not.toBe(0);
});

test('it compiles what quantize wrote, which needs no calibration: the runner may have another processor', () => {
  const workflow = readFileSync(`${ROOT}examples/ci/firmware-model.yml`, 'utf8');
  expect(workflow).toMatch(/^ {2}MODEL: .*_qdq\.onnx$/m);
  expect(workflow).not.toContain('--calibrate');
});
