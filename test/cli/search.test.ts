import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spareForeignFiles } from '../../src/cli/foreign-files.ts';
import { cli } from './run-cli.ts';
import { TINY, writeData, writeModel } from './tiny.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-search-'));
  await writeModel(folder);
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const search = (...flags: string[]) =>
  cli(
    folder,
    'search',
    'tiny.onnx',
    '-t',
    'host',
    '--calibrate',
    'samples.npy',
    '--quiet',
    '--formats',
    'int8,int4',
    ...flags,
  );
const written = (path: string) => readFile(join(folder, path), 'utf8');

describe('search', () => {
  test('writes a recipe that compile takes, and that gives what search measured', async () => {
    const { exitCode, stdout, stderr } = await search('--max-loss', '0.05', '--candidates', '3', '-o', 'out');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^tiny for host: least flash with a loss of up to 0.05\n/);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect((await readdir(join(folder, 'out'))).sort()).toEqual([
      'tiny_recipe.json',
      'tiny_search.html',
      'tiny_search.json',
    ]);
    await spareForeignFiles(join(folder, 'out'), await readdir(join(folder, 'out')));
    const { chosen, layers } = JSON.parse(await written('out/tiny_search.json'));
    expect(layers.map(({ name }: { name: string }) => name)).toEqual(['c', 'y']);
    expect(chosen.measured.loss).toBeLessThanOrEqual(0.05);

    const recipe = ['--calibrate', 'samples.npy', '--recipe', 'out/tiny_recipe.json', '-o', 'compiled'];
    const compiled = await cli(folder, 'compile', 'tiny.onnx', ...recipe, '--json');
    expect(compiled.stderr).toBe('');
    const { report } = JSON.parse(compiled.stdout);
    expect(report.flash.tableBytes).toBe(chosen.measured.tableBytes);
    expect(report.ram.arenaBytes).toBe(chosen.measured.arenaBytes);
    const tables = await written('compiled/tiny_weights.c');
    for (const [l, name] of ['c', 'y'].entries()) {
      expect(tables).toMatch(new RegExp(`${chosen.formats[l]} weights .* of ${name}`));
    }
  });

  test('the page shows every point and loads nothing', async () => {
    const page = await written('out/tiny_search.html');
    const { frontier, candidates } = JSON.parse(await written('out/tiny_search.json'));
    expect(page.match(/<circle /g)).toHaveLength(frontier.length + candidates.length);
    expect(page).not.toMatch(/<(script|img|link|iframe)|<[^>]*\s(src|href)="[^#]|url\(|@import|https?:/);
    expect(page).toContain('chosen');
  });

  test('the same run gives the same files', async () => {
    await search('--max-loss', '0.05', '--candidates', '3', '-o', 'again');
    for (const name of await readdir(join(folder, 'out'))) {
      expect(await written(`again/${name}`), name).toBe(await written(`out/${name}`));
    }
  });

  test('a pinned layer keeps its format, and --json is one document', async () => {
    const flags = ['--flash', '1MiB', '--pin', 'c=int3', '--formats', 'int8,int4', '--candidates', '2', '--json'];
    const { stdout } = await search(...flags, '-o', 'pinned');
    const found = JSON.parse(stdout);
    expect(found.files).toContain('tiny_recipe.json');
    expect(found.search.chosen.formats[0]).toBe('int3');
    for (const { formats } of found.search.candidates) expect(formats[0]).toBe('int3');
  });

  test('labels: top-1 of every candidate, and points under float32 as a limit', async () => {
    const labelled = ['--data', 'samples.npy', '--labels', 'labels.npy', '--max-drop', '100', '--candidates', '1'];
    const { stdout } = await search(...labelled, '--json', '-o', 'labelled');
    const found = JSON.parse(stdout).search;
    expect(found.loss).toBe('kl');
    expect(found.labelledSamples).toBe(24);
    for (const { measured } of found.candidates) expect(measured.score).toBeGreaterThanOrEqual(0);
    const least = Math.min(...found.candidates.map((c: { measured: { flashBytes: number } }) => c.measured.flashBytes));
    expect(found.chosen.measured.flashBytes).toBe(least);
  });

  test('leaves a page of the user alone, before any work', async () => {
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine/tiny_search.html'), '<p>my notes</p>');
    const { exitCode, stderr } = await search('--flash', '10000', '-o', 'mine');
    expect(exitCode).toBe(1);
    expect(stderr).toContain("'tiny_search.html' would be overwritten");
    expect(await readdir(join(folder, 'mine'))).toEqual(['tiny_search.html']);
    const again = await search('--flash', '1MiB', '--candidates', '1', '-o', 'mine', '--force');
    expect(again.exitCode).toBe(0);
    expect(await written('mine/tiny_search.html')).toContain('<footer>nibblec');
  });

  test('names from the model reach neither terminal nor page', async () => {
    const hostile = '</td><script>alert(1)</script>\\u001b[2J\\u202e';
    const text = TINY.replace('c: f32[1,2,8,8] = Conv(x, w, b)', `"${hostile}": f32[1,2,8,8] = Conv(x, w, b)`);
    await writeModel(folder, 'hostile.onnx', text.replace('Relu(c)', `Relu("${hostile}")`));
    const flags = ['-t', 'host', '--calibrate', 'samples.npy', '--quiet', '--flash', '1MiB', '--candidates', '1'];
    const { exitCode, stdout, stderr } = await cli(folder, 'search', 'hostile.onnx', ...flags, '-o', 'hostile');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    expect(await written('hostile/hostile_search.html')).not.toMatch(/<script|[\u001b\u202e]/);
    const recipe = ['--calibrate', 'samples.npy', '--recipe', 'hostile/hostile_recipe.json', '-o', 'hostile'];
    expect((await cli(folder, 'compile', 'hostile.onnx', ...recipe)).exitCode).toBe(0);
  });
});

describe('one clear error', () => {
  const limit = ['--flash', '10000'];
  test.each<[string, string[], RegExp]>([
    ['a format that there is not', [...limit, '--formats', 'int8,int9'], /no weight format 'int9'/],
    ['a format without a grid', [...limit, '--formats', 'int16'], /cannot be encoded as 'int16'/],
    ['a pin of no layer', [...limit, '--pin', 'conv7=int8'], /no layer with weights matches 'conv7'/],
    ['a pin without a format', [...limit, '--pin', 'c'], /Must look like layer=int8/],
    ['nothing to limit it', [], /nothing limits the search/],
    ['a share of no memory', ['--flash', '50%'], /share of a memory/],
    ['a size that is none', ['--flash', '10 apples'], /Must look like 20000/],
    ['both limits of accuracy', ['--max-loss', '1', '--max-drop', '1'], /cannot be used with option/],
    ['a drop without labels', ['--max-drop', '1'], /needs samples/],
    ['data without labels', ['--max-drop', '1', '--data', 'samples.npy'], /has no labels/],
    ['labels without data', [...limit, '--labels', 'labels.npy'], /says nothing without --data/],
    ['a recipe', [...limit, '--recipe', 'x.json'], /--recipe says what search is to find/],
    ['float32', [...limit, '--precision', 'float32'], /says what search is to find/],
  ])('%s', async (_name, flags, message) => {
    const { exitCode, stdout, stderr } = await search(...flags, '-o', 'none');
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    await expect(readdir(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });

  test('no calibration data', async () => {
    const { exitCode, stderr } = await cli(folder, 'search', 'tiny.onnx', '--flash', '10000');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error\[BAD_DATA\]: search needs calibration data/);
  });

  test('limits that nothing keeps: each, and how low it could be', async () => {
    const { exitCode, stderr } = await search('--flash', '100', '--ram', '60', '-o', 'none');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/error\[DOES_NOT_FIT\]: no assignment of formats keeps the limits/);
    expect(stderr).toMatch(/flash: the limit is 100 B; even without it the others cannot be kept/);
    const least = /flash: the limit is 100 B, the least possible ([\d,]+) B/;
    const bytes = least.exec((await search('--flash', '100', '-o', 'none')).stderr)?.[1].replaceAll(',', '');
    expect(Number(bytes)).toBeGreaterThan(100);
    const more = await search('--flash', String(Number(bytes) + 100), '--candidates', '1', '-o', 'enough');
    expect(more.exitCode).toBe(0);
  });

  test('a model without weights', async () => {
    await writeModel(folder, 'bare.onnx', 'input x: f32[1,1,8,8]\ny: f32[1,1,8,8] = Softmax(x) axis=3\nreturn y');
    const flags = ['--calibrate', 'samples.npy', '--quiet', '--flash', '10000', '-o', 'none'];
    const { exitCode, stderr } = await cli(folder, 'search', 'bare.onnx', ...flags);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error\[BAD_MODEL\]: bare has no layer whose weights could be encoded/);
  });
});

test('the example: the smallest program that loses little is smaller than int8', async () => {
  const example = fileURLToPath(new URL('../../examples/shapes/', import.meta.url));
  const flags = ['--calibrate', `${example}calibration.json`, '--formats', 'int8,int4', '--quiet', '--json'];
  const limits = ['-t', 'host', '--max-loss', '0.004', '--candidates', '3'];
  const { stdout } = await cli(folder, 'search', `${example}shapes.onnx`, ...flags, ...limits, '-o', 'shapes');
  const { chosen, candidates, loss, layers } = JSON.parse(stdout).search;
  expect(loss).toBe('kl');
  expect(layers.map(({ weights }: { weights: number }) => weights)).toEqual([72, 1152, 4608, 2880]);
  const int8 = candidates.find(({ formats }: { formats: string[] }) => formats.join() === 'int8,int8,int8,int8');
  expect(chosen.measured.loss).toBeLessThan(0.004);
  expect(chosen.measured.flashBytes).toBeLessThan(0.85 * int8.measured.flashBytes);
});

test('the example: activations of 16 bits but for what fills the memory lose less than those of 8, in the RAM given', async () => {
  const example = fileURLToPath(new URL('../../examples/shapes/', import.meta.url));
  const model = [`${example}shapes.onnx`, '--calibrate', `${example}calibration.json`, '--quiet', '--json'];
  const limits = ['-t', 'host', '--ram', '7000', '--formats', 'int8', '--activation-bits', '8,16', '--sweep', '16'];
  const { stdout, stderr } = await cli(folder, 'search', ...model, ...limits, '--candidates', '1', '-o', 'mixed');
  expect(stderr).toBe('');
  const { activations, chosen } = JSON.parse(stdout).search;
  const [narrow, wide] = ['8', '16'].map((name) => activations.find((trial: { name: string }) => trial.name === name));
  expect(chosen.measured.ramBytes).toBeLessThanOrEqual(7000);
  expect(chosen.measured.loss).toBeLessThan(0.5 * narrow.int8.loss);
  expect(wide.int8.ramBytes).toBeGreaterThan(7000);
  expect(wide.because).toMatch(/^RAM: [\d,]+ B/);

  const recipe = ['--recipe', 'mixed/shapes_recipe.json', '-o', 'mixed'];
  const { report } = JSON.parse((await cli(folder, 'compile', ...model, '-t', 'host', ...recipe)).stdout);
  expect(report.ram.arenaBytes).toBe(chosen.measured.arenaBytes);
});
