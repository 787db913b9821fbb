import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
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
  await writeFile(join(folder, 'folds.json'), JSON.stringify({ name: 'folds', passes: ['fold-batchnorm'] }));
  await cli(folder, 'quantize', 'tiny.onnx', '--calibrate', 'samples.npy', '-o', 'q');
  await rename(join(folder, 'q/tiny_qdq.onnx'), join(folder, 'qdq.onnx'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function refused(line: string, message: string): Promise<void> {
  const { exitCode, stdout, stderr } = await cli(folder, ...line.split(' '));
  expect(stderr).toContain(`error[BAD_ARGUMENT]: ${message}`);
  expect([exitCode, stdout]).toEqual([1, '']);
}

const QUANTIZING = [
  '--samples 3',
  '--method minmax',
  '--equalize',
  '--no-bias-correction',
  '--weights int4',
  '--activations 4',
  '--distill',
  '--exclude c',
  '--float-io',
];
const VERBS = ['compile', 'verify', 'bench', 'quantize'];
const names = (flags: readonly string[]) => flags.map((flag) => flag.split(' ')[0]).join(', ');

test.each(VERBS)('%s: a model that is quantized already is not quantized', async (verb) => {
  await refused(
    `${verb} qdq.onnx ${QUANTIZING.join(' ')}`,
    `${names(QUANTIZING)} say nothing to a model that is quantized`,
  );
});

test.each(VERBS)('%s: a float32 model is not quantized', async (verb) => {
  const alone = QUANTIZING.filter((flag) => !/weights|activations/.test(flag));
  await refused(`${verb} tiny.onnx ${alone.join(' ')}`, `${names(alone)} say nothing to a float32 model`);
});

test.each(QUANTIZING)('%s is refused alone, and beside a recipe', async (flag) => {
  await refused(`compile qdq.onnx ${flag}`, `${names([flag])} says nothing to a model that is quantized already`);
  await refused(`compile tiny.onnx --recipe folds.json ${flag}`, `option '${names([flag])}`);
});

test.each([
  '-t cortex-m4f',
  '-o out',
  '--name other',
  '--io-layout onnx',
  '--goal size',
  '--ram 50%',
  '--no-fuse',
  '--input-rows',
  '--kernels y=dense_s8',
  '--package cmake',
  '--self-test',
  '--sbom',
  '--refusals',
  '--sqnr',
  '--verify',
  '--data samples.npy',
  '--labels labels.npy',
  '--count 3',
  '--strict',
  '--min-sqnr 3',
  '--min-top1 3',
  '--worst-score 3',
  '--report r.html',
])('%s says nothing beside --stop-after', async (flag) => {
  await refused(`compile tiny.onnx --stop-after fold-batchnorm ${flag}`, `option '--stop-after <pass>' cannot be used`);
});

test.each([
  ['compile tiny.onnx --data samples.npy', '--data says nothing here'],
  ['compile tiny.onnx --labels labels.npy', '--labels says nothing here'],
  ['compile tiny.onnx --self-test --data samples.npy --labels labels.npy', '--labels says nothing here'],
  ['compile tiny.onnx --count 3', '--count says nothing without --verify'],
  ['compile tiny.onnx --strict --min-sqnr 3', '--strict, --min-sqnr say nothing without --verify'],
  ['compile tiny.onnx --min-top1 3 --worst-score 3', '--min-top1, --worst-score say nothing without --verify'],
  ['compile tiny.onnx --calibrate samples.npy --percentile 99', '--percentile says nothing to another method'],
  ['compile tiny.onnx --calibrate samples.npy --precision float32', '--calibrate says nothing to a float32 model'],
  ['compile tiny.onnx --calibrate samples.npy --recipe folds.json', '--calibrate says nothing to a float32 model'],
  ['compile qdq.onnx --calibrate samples.npy', '--calibrate says nothing to a model that is quantized already'],
  ['compile tiny.onnx --data samples.npy --report page', 'the --data samples have no labels'],
  ['quantize tiny.onnx --calibrate samples.npy --data samples.npy', 'the --data samples have no labels'],
  ['quantize tiny.onnx --calibrate samples.npy --labels labels.npy', '--labels says nothing without --data'],
  ['verify tiny.onnx --labels labels.npy', '--labels says nothing without --data'],
  ['bench tiny.onnx --data samples.npy --labels labels.npy', '--labels says nothing without --report'],
  ['bench tiny.onnx --force', '--force says nothing without --report'],
  ['search tiny.onnx --labels labels.npy --calibrate samples.npy', '--labels says nothing without --data'],
  ['search tiny.onnx --weights int4 --calibrate samples.npy', '--weights says what search is to find'],
  ['search tiny.onnx --recipe folds.json --calibrate samples.npy', '--recipe says what search is to find'],
  [
    'search qdq.onnx --flash 9 --distill --calibrate samples.npy',
    '--distill says nothing to a model that is quantized',
  ],
  ['tune tiny.onnx --data samples.npy -r lsq-4 --test-labels labels.npy', '--test-labels says nothing without --test'],
  ['tune tiny.onnx --data samples.npy -r lsq-4 --resume', '--resume says nothing without --checkpoint'],
  [
    'tune tiny.onnx --data samples.npy -r lsq-4 --labels labels.npy --loss teacher',
    '--labels says nothing to --loss teacher',
  ],
])('%s', refused);

test('limits of a project are read before anything is made', async () => {
  const models = { tiny: { model: 'tiny.onnx', out: 'fw', limits: { flash: 'lots' } } };
  await writeFile(join(folder, 'nibblec.config.json'), JSON.stringify({ models }));
  expect((await cli(folder, 'build')).stderr).toContain('nibblec.config.json, tiny cannot be used');
});

test('a setting of a project that says nothing is refused', async () => {
  const models = { tiny: { model: 'tiny.onnx', labels: 'labels.npy', out: 'fw' } };
  await writeFile(join(folder, 'nibblec.config.json'), JSON.stringify({ models }));
  expect((await cli(folder, 'build')).stderr).toContain('tiny: "labels" says nothing without "data"');
  await writeFile(
    join(folder, 'nibblec.config.json'),
    JSON.stringify({ models: { tiny: { model: 'qdq.onnx', weights: 'int4', out: 'fw' } } }),
  );
  expect((await cli(folder, 'build')).stderr).toContain('--weights says nothing to a model that is quantized already');
});

test('the graph that --stop-after prints is no JSON', async () => {
  const { stdout } = await cli(folder, 'compile', 'tiny.onnx', '--stop-after', 'fold-batchnorm', '--json');
  expect(JSON.parse(stdout).error.message).toContain("cannot be used with option '--json'");
});

test('what has nothing to say says so', async () => {
  await writeModel(folder, 'relu.onnx', 'graph relu\ninput x: f32[1,8]\ny: f32[1,8] = Relu(x)\nreturn y');
  const { stdout, stderr } = await cli(folder, 'compile', 'relu.onnx', '--refusals', '-o', 'refusals');
  expect(stderr).toBe('');
  expect(stdout).toContain('\nNo layer could have another kernel.\n');
});
