import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { writeNpy } from '../../src/numerics/npy.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { sharedData, sharedModel, sharedSamples } from '../helpers/shared-data.ts';
import { describeWith } from '../verify/native.ts';
import { cli, cliProcess } from './run-cli.ts';
import { TINY, writeData, writeModel } from './tiny.ts';

let folder = '';
let data = '';
let labels = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-cli-'));
  await writeModel(folder);
  ({ data, labels } = await writeData(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Text of all files of an output folder by name. */
async function contents(out: string): Promise<Map<string, string>> {
  const names = (await readdir(join(folder, out))).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, out, name), 'latin1')] as const)),
  );
}

describe('help', () => {
  const verbs = 'compile inspect verify bench search tune quantize init build check targets ops formats doctor'.split(
    ' ',
  );

  test('names every verb', async () => {
    const { exitCode, stdout } = await cli(folder);
    expect(exitCode).toBe(0);
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  });

  test.each(verbs)('%s --help has examples', async (verb) => {
    const { exitCode, stdout } = await cli(folder, verb, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`\nExamples:\n  $ nibblec ${verb}`);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});

describe('compile', () => {
  test('writes C in float32, and the same bytes again', async () => {
    const { exitCode, stdout, stderr } = await cli(folder, 'compile', 'tiny.onnx', '-o', 'a/b');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^tiny for host, float32, 1,176 multiply-accumulates/);
    expect(stdout).toContain('Wrote tiny.h, tiny.c, tiny_weights.c, CMakeLists.txt in a/b');
    const once = await contents('a/b');
    expect([...once.keys()]).toEqual(['CMakeLists.txt', 'tiny.c', 'tiny.h', 'tiny_weights.c']);
    await cli(folder, 'compile', 'tiny.onnx', '-o', 'again');
    expect(await contents('again')).toEqual(once);
  });

  test('--sbom adds a bill of materials', async () => {
    const { stdout } = await cli(folder, 'compile', 'tiny.onnx', '--sbom', '-o', 'sbom');
    expect(stdout).toContain('CMakeLists.txt, tiny.cdx.json in sbom');
    expect(JSON.parse(await readFile(join(folder, 'sbom', 'tiny.cdx.json'), 'utf8')).bomFormat).toBe('CycloneDX');
  });

  test('--json prints one document', async () => {
    const { stdout, stderr } = await cli(
      folder,
      'compile',
      'tiny.onnx',
      '--calibrate',
      data,
      '--sqnr',
      '--json',
      '-o',
      'json',
    );
    const { report, sqnr, files } = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(files).toContain('tiny.c');
    expect(report).toMatchObject({ model: 'tiny', precision: 'int8', target: 'host', macs: 1176 });
    expect(report.layers.map((layer: { op: string }) => layer.op)).toEqual(['Conv', 'MaxPool', 'Gemm']);
    expect(report.flash).toMatchObject({ weightBytes: 18 + 24, budgetBytes: null, fits: true });
    expect(sqnr.layers.length).toBeGreaterThan(2);
    expect(sqnr.diagnosis).toBeNull();
  });

  test('--name cannot leave the output folder', async () => {
    const { exitCode } = await cli(folder, 'compile', 'tiny.onnx', '--name', '../../évil/x', '-o', 'named');
    expect(exitCode).toBe(0);
    expect([...(await contents('named')).keys()]).toEqual(['CMakeLists.txt', 'vil_x.c', 'vil_x.h', 'vil_x_weights.c']);
  });

  test('hostile names in the model reach neither terminal nor C', async () => {
    const text = [
      'input "x*/\\u001b[2J": f32[1,4]',
      'y: f32[1,4] = Softmax("x*/\\u001b[2J") axis=1 @"../../*/ #error \\u202e\\n"',
      'return y',
    ];
    await writeModel(folder, 'a b;$(x).onnx', text.join('\n'));
    const { exitCode, stdout, stderr } = await cli(
      folder,
      'compile',
      'a b;$(x).onnx',
      '--verify',
      '-q',
      '-o',
      'hostile',
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    expect([...(await contents('hostile')).keys()]).toContain('a_b_x.c');
  });

  test('looks into the passes', async () => {
    const stopped = await cli(folder, 'compile', 'tiny.onnx', '--stop-after', 'fuse-activations');
    expect(parseGraph(stopped.stdout).nodes.map(({ op }) => op)).toEqual(['Conv', 'MaxPool', 'Reshape', 'Gemm']);
    await expect(readdir(join(folder, 'generated'))).rejects.toThrow('ENOENT');

    const args = ['--dump-ir', 'ir', '--print-ir-after', 'calibrate', '--calibrate', data, '-o', 'looked'];
    const { stdout } = await cli(folder, 'compile', 'tiny.onnx', ...args);
    expect(stdout).toMatch(/^\/\/ after calibrate\n/);
    expect([...(await contents('ir')).keys()]).toContain('00_input.txt');
  });

  test('a recipe replaces the usual passes', async () => {
    await writeFile(join(folder, 'recipe.json'), JSON.stringify({ passes: ['canonicalize', 'auto-pad'] }));
    const { exitCode, stdout } = await cli(
      folder,
      'compile',
      'tiny.onnx',
      '--recipe',
      'recipe.json',
      '-o',
      'recipe',
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).report.layers.map((layer: { op: string }) => layer.op)).toContain('Relu');
  });
});

describe('errors', () => {
  test.each([
    ['an unknown flag', ['compile', 'tiny.onnx', '--outt', 'x'], 'BAD_ARGUMENT', 'Did you mean --out?'],
    ['an unknown verb', ['compil'], 'BAD_ARGUMENT', 'Did you mean compile?'],
    ['a missing model', ['compile', 'no.onnx'], 'FILE', 'there is no such file or folder (ENOENT)'],
    ['a damaged model', ['inspect', 'samples.npy'], 'BAD_MODEL', ''],
    ['an unknown target', ['compile', 'tiny.onnx', '-t', 'stm32f405r'], 'BAD_TARGET', "did you mean 'stm32f405rg'?"],
    ['a bad dimension', ['inspect', 'tiny.onnx', '--dim', 'n'], 'BAD_ARGUMENT', 'name=96'],
    ['an unused dimension', ['compile', 'tiny.onnx', '--dim', 'n=2'], 'BAD_ARGUMENT', ''],
    ['a bad number', ['compile', 'tiny.onnx', '--samples', '0'], 'BAD_ARGUMENT', 'whole number from 1'],
    ['int8 without data', ['compile', 'tiny.onnx', '--precision', 'int8'], 'BAD_DATA', '--calibrate'],
    [
      'flags that a recipe rules out',
      ['compile', 'tiny.onnx', '--recipe', 'r', '--float-io'],
      'BAD_ARGUMENT',
      'cannot be used with',
    ],
    ['labels without data', ['verify', 'tiny.onnx', '--labels', 'labels.npy'], 'BAD_ARGUMENT', '--data'],
    ['quantize without data', ['quantize', 'tiny.onnx'], 'BAD_ARGUMENT', '--calibrate'],
    ['an unknown pass', ['compile', 'tiny.onnx', '--stop-after', 'calibrat'], 'BAD_ARGUMENT', 'no pass'],
    ['an output folder that is a file', ['compile', 'tiny.onnx', '-o', 'tiny.onnx'], 'FILE', '--out'],
  ])('%s', async (_title, args, code, words) => {
    const { exitCode, stdout, stderr } = await cli(folder, ...args);
    expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: `));
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  test('with --json on standard output', async () => {
    const { exitCode, stdout, stderr } = await cli(folder, 'compile', 'no.onnx', '--json');
    expect(exitCode).toBe(1);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'FILE', message: 'cannot read no.onnx' });
  });

  test('what does not fit leaves no files', async () => {
    const text = [
      'input x: f32[1,1,200,200]',
      'r: f32[1,1,200,200] = Relu(x)',
      'y: f32[1,1,200,200] = AveragePool(r) kernel_shape=[3,3] pads=[1,1,1,1]',
      'return y',
    ];
    await writeModel(folder, 'big.onnx', text.join('\n'));
    const { exitCode, stderr } = await cli(folder, 'compile', 'big.onnx', '-t', 'stm32f042k6', '-o', 'big');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error\[DOES_NOT_FIT\]: big needs more RAM than stm32f042k6/);
    expect(stderr).toContain('it fits on ');
    await expect(readdir(join(folder, 'big'))).rejects.toThrow('ENOENT');
  });
});

test('as a process: results on standard output, errors on standard error, exit status', async () => {
  const good = await cliProcess(folder, 'compile', 'tiny.onnx', '--name', 'process', '-o', 'process');
  expect(good).toMatchObject({ exitCode: 0, stderr: '' });
  expect(good.stdout).toMatch(/^process for host/);
  const bad = await cliProcess(folder, 'compile', 'no.onnx');
  expect(bad).toMatchObject({ exitCode: 1, stdout: '' });
  expect(bad.stderr).toMatch(/^error\[FILE\]: cannot read no\.onnx$/m);
});

test('inspect tells what stops a model, and ends with 1', async () => {
  const text = 'input x: f32[4]\ny: f32[4] = NoSuchOperator(x)\nreturn y';
  await writeModel(folder, 'odd.onnx', text);
  const { exitCode, stdout } = await cli(folder, 'inspect', 'odd.onnx');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/Does not become C:\n {2}.*NoSuchOperator/);
});

test('inspect estimates where a model fits', async () => {
  const { stdout } = await cli(folder, 'inspect', 'tiny.onnx', '--json');
  const inspection = JSON.parse(stdout);
  expect(inspection.inputs).toEqual([{ name: 'x', type: 'f32[1,1,8,8]' }]);
  expect(inspection.operators).toContainEqual({ op: 'Conv', count: 1 });
  expect(inspection).toMatchObject({ parameters: 44, parameterBytes: 176, macs: 1176, layers: 3, problems: [] });
  expect(inspection.estimates.map((estimate: { precision: string }) => estimate.precision)).toEqual([
    'float32',
    'int8',
  ]);
  expect(inspection.estimates[0].fits).toContain('stm32f405rg');
});

test('quantize writes a model that onnxruntime runs', async () => {
  const { exitCode, stdout } = await cli(folder, 'quantize', 'tiny.onnx', '--calibrate', data, '-o', 'quantized');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('No layer loses accuracy.');
  const bytes = await readFile(join(folder, 'quantized', 'tiny_int8.onnx'));
  const x = { dtype: 'i8' as const, shape: [1, 1, 8, 8], data: new Int8Array(64) };
  const results = await withSession(bytes, {}, (session) => session.run(new Map([['x', x]])));
  expect(results.get('y')?.dtype).toBe('i8');
  expect(stdout).toContain('Wrote tiny_int8.onnx, tiny_qdq.onnx, tiny_int8.json in quantized');
  const qdq = join('quantized', 'tiny_qdq.onnx');
  const again = await cli(folder, 'compile', qdq, '--json', '--quiet', '-o', 'from-qdq');
  expect(JSON.parse(again.stdout).report.precision).toBe('int8');
});

test('every verb that reads a model makes constants of inputs', async () => {
  for (const verb of ['inspect', 'compile', 'quantize', 'verify', 'bench', 'search', 'tune']) {
    expect((await cli(folder, 'help', verb)).stdout).toContain('--constant <name=value>');
  }
  const text =
    'input x: f32[1,3]\ninput k: i32[2]\nc: f32[2] = Cast(k) to=1\ns: f32[] = ReduceSum(c, _) keepdims=0\ny: f32[1,3] = Mul(x, s)\nreturn y';
  await writeModel(folder, 'two.onnx', text);
  await writeFile(join(folder, 'k.npy'), writeNpy({ dtype: 'i64', shape: [2], data: BigInt64Array.of(3n, -1n) }));
  const header = async (value: string) => {
    const { exitCode, stderr } = await cli(folder, 'compile', 'two.onnx', '--constant', `k=${value}`, '-o', 'two');
    return { exitCode, stderr, text: exitCode === 0 ? await readFile(join(folder, 'two', 'two.h'), 'utf8') : '' };
  };
  const list = await header('3,-1');
  expect(list.exitCode).toBe(0);
  expect(list.text).not.toMatch(/two_k\b/);
  expect((await header('@k.npy')).text).toBe(list.text);
  expect((await header('1,2.5')).stderr).toMatch(
    /^error\[BAD_ARGUMENT\]: the input 'k' cannot be this constant\n {2}because: 2.5 is no i32/,
  );
  expect((await header('@tiny.onnx')).exitCode).toBe(1);
  expect((await header('x')).stderr).toContain('Must look like name=16000, name=1,2,3 or name=@file.npy.');
});

test('targets and ops as JSON', async () => {
  const targets = JSON.parse((await cli(folder, 'targets', '--json')).stdout);
  expect(targets).toContainEqual(
    expect.objectContaining({ name: 'stm32f405rg', flashBytes: 1048576, emulator: 'mps2-an386' }),
  );
  expect(targets).toContainEqual(expect.objectContaining({ name: 'host', flashBytes: null }));
  const ops = JSON.parse((await cli(folder, 'ops', '--json')).stdout);
  expect(ops).toContainEqual(expect.objectContaining({ op: 'Conv', float32: true, int8: 'kernel' }));
});

await describeWith('with gcc', hostGcc().available, () => {
  test('verify compares every layer and counts top-1', async () => {
    const args = ['--calibrate', data, '--data', data, '--labels', labels, '--count', '5'];
    const { exitCode, stdout } = await cli(folder, 'verify', 'tiny.onnx', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^file: float32 in onnxruntime; SQNR \d+\.\d dB, same top-1 in \d+\.00 %$/m);
    expect(stdout).toMatch(/^graph: all 3 layers agree with onnxruntime$/m);
    expect(stdout).toMatch(
      /^Verified on gcc: agrees with onnxruntime on 5 samples, top-1 \d+\.00 %, float32 \d+\.00 %$/m,
    );
    expect(stdout).toMatch(/^l00_conv +\S+ +exact +none$/m);
  });

  test('verify scores a segmentation by the metric of its data set, and --worst-score limits it', async () => {
    const text = `${TINY.slice(0, TINY.indexOf('p: '))}return r`;
    await writeModel(folder, 'maps.onnx', text);
    const maps = Uint8Array.from({ length: 24 * 64 }, (_, i) => i % 2);
    await writeFile(join(folder, 'maps.npy'), writeNpy({ dtype: 'u8', shape: [24, 8, 8], data: maps }));
    const set = { files: 'samples.npy', labels: 'maps.npy', metric: 'miou' };
    await writeFile(join(folder, 'maps.json'), JSON.stringify(set));
    const verify = ['verify', 'maps.onnx', '--calibrate', data, '--data', 'maps.json', '--count', '2', '-q'];
    const { exitCode, stdout } = await cli(folder, ...verify);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^file: .*, same classes in \d+\.\d\d %$/m);
    expect(stdout).toMatch(
      /^Verified on gcc: agrees with onnxruntime on 2 samples, mean IoU \d+\.\d\d %, float32 \d+\.\d\d %$/m,
    );
    const limited = await cli(folder, ...verify, '--worst-score', '99');
    expect(limited).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/the mean IoU is .* %, below 99\.00 %/),
    });
    const wrong = { ...set, labels: 'labels.npy' };
    await writeFile(join(folder, 'wrong.json'), JSON.stringify(wrong));
    const refused = await cli(folder, 'verify', 'maps.onnx', '--data', 'wrong.json', '-q');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('an output of shape [1,2,8,8]') });
  });

  test('limits make verdicts of the numbers: status 2', async () => {
    const verify = ['verify', 'tiny.onnx', '--calibrate', data, '--count', '2', '-q'];
    expect((await cli(folder, ...verify, '--min-sqnr', '5', '--min-top1', '10')).exitCode).toBe(0);
    const { exitCode, stderr } = await cli(folder, ...verify, '--min-sqnr', '90');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error\[NOT_MET\]: .*\n.*\n {2}because: the SQNR of output 'y' is \d+\.\d dB, below 90 dB/);
  });

  test('a file of an opset that onnxruntime does not have yet is not run; --strict asks that it is', async () => {
    await writeFile(join(folder, 'newer.onnx'), exportOnnx(parseGraph(TINY), { opset: 99 }));
    const { exitCode, stdout } = await cli(folder, 'verify', 'newer.onnx', '--count', '1', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).verdicts[0]).toMatchObject({ judged: 'expansion', passed: true, file: { run: false } });
    const strict = await cli(folder, 'verify', 'newer.onnx', '--count', '1', '--strict', '-q');
    expect(strict.exitCode).toBe(2);
    expect(strict.stdout).toMatch(/^file: not run, because .*99.*; judged by its operators as ONNX defines them/);
    expect(strict.stderr).toMatch(/^error\[NOT_MET\]: .*\n.*\n {2}because: the file was not run, because .*99/);
  });

  test('bench -t host', async () => {
    const { exitCode, stdout } = await cli(folder, 'bench', 'tiny.onnx', '-t', 'host', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).counts).toMatchObject({ unit: 'nanoseconds', layers: expect.any(Array) });
  });

  test.skipIf(sharedData() === null)('a real model in int8', async () => {
    const args = [
      '--calibrate',
      sharedSamples('lenet5_mnist', 'input'),
      '--verify',
      '--count',
      '2',
      '-o',
      'lenet',
      '--json',
    ];
    const { exitCode, stdout } = await cli(folder, 'compile', sharedModel('lenet5_mnist'), ...args);
    const { verdicts } = JSON.parse(stdout);
    expect(verdicts).toMatchObject([{ passed: true, samples: 2 }]);
    expect(exitCode).toBe(0);
  });
});

const cortexM3 = toolchainFor(await loadTarget('cortex-m3'));
await describeWith('with arm-none-eabi-gcc and QEMU', cortexM3.available, () => {
  test('verify runs on the host and on the emulator', async () => {
    const args = ['-t', 'cortex-m3', '--calibrate', data, '--count', '3', '--json'];
    const { exitCode, stdout } = await cli(folder, 'verify', 'tiny.onnx', ...args);
    expect(exitCode).toBe(0);
    const { verdicts } = JSON.parse(stdout);
    expect(verdicts.map(({ toolchain }: { toolchain: string }) => toolchain)).toEqual(['gcc', cortexM3.name]);
    expect(verdicts).toMatchObject([{ passed: true }, { passed: true }]);
  });

  test('bench counts instructions and measures stack, the same every time', async () => {
    const args = ['-t', 'stm32f103c8', '--calibrate', data, '-O', 's', '--quiet'];
    const { exitCode, stdout } = await cli(folder, 'bench', 'tiny.onnx', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ +total +1,176 +[\d,]+ +\d+\.\d\d +100\.0 %$/m);
    expect(stdout).toMatch(/^ {2}stack +\d+ B {2}worst case: tiny_run/m);
    expect(stdout).toMatch(/ ms at 72 MHz/);
    expect((await cli(folder, 'bench', 'tiny.onnx', ...args)).stdout).toBe(stdout);
  });
});
