import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tensorOf } from '../../src/ir/tensor.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { TUNING_RECIPES } from '../../src/passes/retrain/recipes.ts';
import { cli } from './run-cli.ts';
import { writeModel } from './tiny.ts';

const SAMPLES = 96;
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-tune-'));
  await writeModel(folder);
  const rng = createRng(3);
  const data = Array.from({ length: SAMPLES * 64 }, () => Math.fround(rng.normal()));
  await writeFile(join(folder, 'x.npy'), writeNpy(tensorOf('f32', [SAMPLES, 1, 8, 8], data)));
  await writeLabels(
    'y.npy',
    Array.from({ length: SAMPLES }, (_, i) => i % 3),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function writeLabels(name: string, labels: readonly number[]): Promise<void> {
  return writeFile(join(folder, name), writeNpy(tensorOf('i32', [labels.length], labels)));
}

const tune = (...args: string[]) => cli(folder, 'tune', 'tiny.onnx', '--data', 'x.npy', ...args);
const labelled = ['--labels', 'y.npy'];
const bytesOf = (name: string) => readFile(join(folder, name));

describe('what comes out', () => {
  test.each(Object.keys(TUNING_RECIPES))('%s: a model that compile takes without a flag', async (recipe) => {
    const out = `${recipe}.onnx`;
    const made = await tune(...labelled, '--recipe', recipe, '--epochs', '1', '-o', out, '--json');
    expect(made.exitCode).toBe(0);
    const { report, run } = JSON.parse(made.stdout);
    expect(run.seed).toBe(0);
    const compiled = await cli(folder, 'compile', out, '--json', '--quiet', '-o', `c-${recipe}`);
    expect(compiled.exitCode).toBe(0);
    const again = JSON.parse(compiled.stdout).report;
    expect(again.precision).toBe('int8');
    const weights = (layers: readonly { weights: { format: string } | null; weightBytes: number }[]) =>
      layers.map(({ weights: own, weightBytes }) => [own?.format, weightBytes]);
    expect(weights(again.layers)).toEqual(weights(report.layers));
  });

  test('--activations 16: codes of 16 bits in the file and in the C', async () => {
    const flags = [...labelled, '--recipe', 'lsq-4', '--activations', '16', '--epochs', '1', '--json'];
    expect(await tune(...flags, '-o', 'wide.onnx')).toMatchObject({ exitCode: 0 });
    const compiled = await cli(folder, 'compile', 'wide.onnx', '--json', '--quiet', '-o', 'c-wide');
    expect(compiled.exitCode).toBe(0);
    expect(String(await bytesOf('c-wide/wide.h'))).toMatch(/wide_output_real\(int16_t code\)/);
  });

  test('the same bytes for the same seed, other ones for another', async () => {
    const args = [...labelled, '--recipe', 'lsq-3', '--epochs', '2', '--quiet'];
    for (const [out, seed] of [
      ['a.onnx', '1'],
      ['b.onnx', '1'],
      ['c.onnx', '2'],
    ]) {
      expect((await tune(...args, '-o', out, '--seed', seed)).exitCode).toBe(0);
    }
    expect((await bytesOf('a.onnx')).equals(await bytesOf('b.onnx'))).toBe(true);
    expect((await bytesOf('a.onnx')).equals(await bytesOf('c.onnx'))).toBe(false);
  });

  test('a recipe of passes, and accuracy on samples that were not trained on', async () => {
    const passes = [
      ['calibrate', { samples: 16 }],
      'quantize-int8',
      ['few-bit', { layers: [{ match: '*', format: 'int4' }] }],
      'lsq',
    ];
    await writeFile(join(folder, 'own.json'), JSON.stringify({ name: 'own', passes }));
    const told = await tune(...labelled, '-r', 'own.json', '--test', 'x.npy', '--test-labels', 'y.npy', '-q');
    expect(told.stderr).toBe('');
    expect(told.stdout).toMatch(/^lsq: held-back samples: loss /);
    expect(told.stdout).toMatch(/Top-1 on 96 labelled samples: [\d.]+ %, float32 [\d.]+ %/);
    expect(told.stdout).toMatch(/Wrote tiny_tuned.onnx\n$/);
  });
});

describe('checkpoints', () => {
  const args = [...labelled, '-r', 'inq-4', '--epochs', '2', '--batch', '16', '--quiet'];

  test('a run that was cut off goes on to the same bytes', async () => {
    await tune(...args, '-o', 'whole.onnx', '--checkpoint', 'whole');
    const files = (await readdir(join(folder, 'whole'))).sort();
    expect(files.filter((name) => name.endsWith('.npz')).length).toBe(4);
    // As if it had stopped in the third part, after the first epoch of the second.
    await mkdir(join(folder, 'cut'));
    for (const name of files.slice(0, 2).concat('run.json'))
      await writeFile(join(folder, 'cut', name), await bytesOf(`whole/${name}`));
    const resumed = await tune(...args, '-o', 'resumed.onnx', '--checkpoint', 'cut', '--resume');
    expect(resumed.exitCode).toBe(0);
    expect((await bytesOf('resumed.onnx')).equals(await bytesOf('whole.onnx'))).toBe(true);
    expect((await readdir(join(folder, 'cut'))).sort()).toEqual(files);
  });

  test('Ctrl-C keeps them; the process ends by the signal, and going on gives the same bytes', async () => {
    const long = ['--epochs', '40', '--batch', '8'];
    const all = [
      'tune',
      'tiny.onnx',
      '--data',
      'x.npy',
      ...args,
      ...long,
      '--checkpoint',
      'stopped',
      '-o',
      'stopped.onnx',
    ];
    const running = execa(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...all], {
      cwd: folder,
      reject: false,
    });
    await seen(() =>
      readdir(join(folder, 'stopped')).then(
        (files) => files.length > 1,
        () => false,
      ),
    );
    running.kill('SIGINT');
    const { signal, stderr } = await running;
    expect(signal).toBe('SIGINT');
    expect(stderr).toContain('interrupted; go on with --checkpoint stopped --resume');
    expect(await readdir(folder)).not.toContain('stopped.onnx');
    expect((await tune(...args, ...long, '--checkpoint', 'stopped', '--resume', '-o', 'stopped.onnx')).exitCode).toBe(
      0,
    );
    await tune(...args, ...long, '-o', 'unstopped.onnx');
    expect((await bytesOf('stopped.onnx')).equals(await bytesOf('unstopped.onnx'))).toBe(true);
  });

  test.each([
    ['another seed', ['--seed', '7'], 'the seed was 0, not 7'],
    ['another recipe', ['--recipe', 'inq-3'], 'the recipe, or an option of it, is another one'],
    ['other epochs', ['--epochs', '3'], 'the recipe, or an option of it, is another one'],
    ['other data', ['--labels', 'others.npy'], 'the data are others'],
  ])('of a run with %s are refused', async (_, change, why) => {
    await writeLabels(
      'others.npy',
      Array.from({ length: SAMPLES }, () => 1),
    );
    await tune(...args, '-o', 'whole.onnx', '--checkpoint', 'seen');
    const { exitCode, stderr } = await tune(...args, ...change, '-o', 'no.onnx', '--checkpoint', 'seen', '--resume');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error[BAD_ARGUMENT]: the checkpoints in seen belong to another run');
    expect(stderr).toContain(why);
    expect(await readdir(folder)).not.toContain('no.onnx');
  });

  test('a damaged one is told', async () => {
    await tune(...args, '-o', 'whole.onnx', '--checkpoint', 'damaged');
    const [first] = (await readdir(join(folder, 'damaged'))).filter((name) => name.endsWith('.npz')).sort();
    await writeFile(join(folder, 'damaged', first), (await bytesOf(`damaged/${first}`)).subarray(0, 200));
    const { exitCode, stderr } = await tune(...args, '--checkpoint', 'damaged', '--resume', '-o', 'no.onnx');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error[BAD_DATA]: the checkpoint damaged/${first} is damaged`);
  });

  test('divergence names the epoch, keeps the last whole one, and a lower rate goes on', async () => {
    const wild = [...args, '--checkpoint', 'wild', '-o', 'wild.onnx'];
    const { exitCode, stderr } = await tune(...wild, '--rate', '1e38');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error\[DIVERGED\]: .* in epoch \d+, batch \d+/);
    expect(stderr).toContain('go on with --checkpoint wild --resume and a lower --rate');
    expect(await readdir(folder)).not.toContain('wild.onnx');
    for (const name of await readdir(join(folder, 'wild')))
      if (name.endsWith('.npz')) await rm(join(folder, 'wild', name));
    expect((await tune(...wild, '--rate', '1e-3', '--resume')).exitCode).toBe(0);
  });
});

describe('mistakes', () => {
  beforeAll(async () => {
    await writeLabels(
      'wrong.npy',
      Array.from({ length: SAMPLES }, (_, i) => (i === 17 ? 3 : 0)),
    );
    await writeLabels('few.npy', [0, 1, 2]);
    await writeFile(join(folder, 'flat.npy'), writeNpy(tensorOf('f32', [8, 5], new Array(40).fill(0))));
    await writeFile(join(folder, 'typo.json'), JSON.stringify({ passes: ['quantize-int8', ['inq', { epoch: 1 }]] }));
    await writeFile(join(folder, 'float.json'), JSON.stringify({ passes: ['canonicalize'] }));
    await writeModel(folder, 'odd.onnx', ODD);
    await tune('-r', 'inq-4', '--epochs', '1', '-q', '-o', 'done.onnx');
  });

  test.each([
    [
      'a label out of range',
      ['--labels', 'wrong.npy', '-r', 'inq-4'],
      'BAD_DATA',
      'the label of sample 17 is 3, and the model has 3 classes',
    ],
    ['too few labels', ['--labels', 'few.npy', '-r', 'inq-4'], 'BAD_DATA', '3 labels for 96 samples'],
    [
      'labels wanted and not there',
      ['-r', 'ttq', '--loss', 'labels'],
      'BAD_DATA',
      'ttq is to learn from labels, and the data set has none',
    ],
    [
      'test samples without labels',
      ['-r', 'inq-4', '--epochs', '1', '--test', 'x.npy'],
      'BAD_ARGUMENT',
      'the --test samples have no labels',
    ],
    ['an unknown recipe', ['-r', 'inq-44'], 'BAD_ARGUMENT', "there is no recipe 'inq-44'"],
    ['a recipe with an unknown option', ['-r', 'typo.json'], 'BAD_ARGUMENT', "unknown option of 'inq' 'epoch'"],
    ['a recipe that quantizes nothing', ['-r', 'float.json'], 'BAD_ARGUMENT', 'the recipe leaves the model in float32'],
    ['a recipe that is not there', ['-r', 'none.json'], 'FILE', 'cannot read none.json'],
    ['--resume alone', ['-r', 'inq-4', '--resume'], 'BAD_ARGUMENT', '--resume says nothing without --checkpoint'],
    [
      '--resume of nothing',
      ['-r', 'inq-4', '--checkpoint', 'empty', '--resume'],
      'BAD_ARGUMENT',
      'there are no checkpoints in empty',
    ],
    ['no recipe', [], 'BAD_ARGUMENT', 'required option'],
  ])('%s', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await tune(...args, '-q', '-o', 'never.onnx');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await readdir(folder)).not.toContain('never.onnx');
  });

  test.each([
    ['samples of another shape', ['tiny.onnx', '--data', 'flat.npy'], 'BAD_DATA', '[1,1,8,8]'],
    [
      'a model that is quantized already',
      ['done.onnx', '--data', 'x.npy'],
      'BAD_MODEL',
      'the model is quantized already',
    ],
    [
      'an operator without a gradient',
      ['odd.onnx', '--data', 'x.npy', '--batch', '1'],
      'UNSUPPORTED',
      'm: f32[1,2,8,8] = Mod(',
    ],
    ['an operator that takes one sample', ['odd.onnx', '--data', 'x.npy'], 'UNSUPPORTED', 'm: f32[1,2,8,8] = Mod('],
  ])('%s', async (_, args, code, message) => {
    const { exitCode, stderr } = await cli(folder, 'tune', ...args, '-r', 'inq-4', '-q', '-o', 'never.onnx');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).not.toContain('never.onnx');
  });
});

/** Waits until something is there; a minute at most. */
async function seen(there: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1200 && !(await there()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
}

const ODD = `
graph odd
input x: f32[1,1,8,8]
const w: f32[2,1,3,3] = 1, 0, -1, 2, 0, -2, 1, 0, -1, 1, 2, 1, 0, 0, 0, -1, -2, -1
const v: f32[1,2,8,8] = ${Array.from({ length: 128 }, (_, i) => (i % 7) + 1).join(', ')}
c: f32[1,2,8,8] = Conv(x, w) pads=[1,1,1,1] kernel_shape=[3,3]
m: f32[1,2,8,8] = Mod(c, v) fmod=1
y: f32[1,2,8,8] = Mul(m, c)
return y`;
