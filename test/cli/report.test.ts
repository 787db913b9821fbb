import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith } from '../verify/native.ts';
import { cli } from './run-cli.ts';
import { writeData, writeModel } from './tiny.ts';

let folder = '';
let data = '';
let labels = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nibblec-report-'));
  await writeModel(folder);
  ({ data, labels } = await writeData(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (path: string) => readFile(join(folder, path), 'utf8');
const sections = (page: string) => [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
const FEW_BIT = ['--weights', 'int4'];

describe('compile --report', () => {
  test('a page and its data, with accuracy and a table of few-bit weights', async () => {
    const args = ['--calibrate', data, ...FEW_BIT, '--data', data, '--labels', labels, '--report', 'pages/net.html'];
    const { exitCode, stdout } = await cli(folder, 'compile', 'tiny.onnx', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Weights: 4.19 bits each');
    expect(stdout).toMatch(/Top-1 on 24 labelled samples: \d+\.\d\d %, float32 \d+\.\d\d %/);
    expect(stdout).toContain('Wrote pages/net.html, pages/net.json');
    const all = ['summary', 'layers', 'weights', 'sqnr', 'accuracy', 'flash', 'ram', 'memory'];
    expect(sections(await read('pages/net.html'))).toEqual(all);
    const { report, weights, sqnr, accuracy } = JSON.parse(await read('pages/net.json'));
    // 2 rows of 9 weights take 5 bytes each, 3 rows of 8 weights 4.
    const bytes = 2 * 5 + 3 * 4;
    expect(weights).toMatchObject({ count: 42, bytes, achievedBits: (8 * bytes) / 42, int8Ratio: 42 / bytes });
    expect(accuracy.samples).toBe(24);
    expect(sqnr.layers.length).toBeGreaterThan(2);
    expect(report.layers.length).toBeGreaterThan(2);
  });

  test('into a folder, and the same bytes again', async () => {
    const args = ['--calibrate', data, '--report', 'some', '--quiet'];
    await cli(folder, 'compile', 'tiny.onnx', ...args);
    expect((await readdir(join(folder, 'some'))).sort()).toEqual(['tiny_report.html', 'tiny_report.json']);
    const once = await read('some/tiny_report.html');
    await cli(folder, 'compile', 'tiny.onnx', ...args);
    expect((await read('some/tiny_report.html')) === once).toBe(true);
  });

  test('a float model: no samples, no noise', async () => {
    const { exitCode, stdout } = await cli(folder, 'compile', 'tiny.onnx', '--report', 'float.html');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Wrote float.html, float.json');
    expect(sections(await read('float.html'))).toEqual(['summary', 'layers', 'flash', 'ram', 'memory']);
  });

  test('--json has the same data', async () => {
    const args = ['--calibrate', data, '--report', 'same.html', '--json'];
    const { stdout } = await cli(folder, 'compile', 'tiny.onnx', ...args);
    const { out, files, pages, verdicts, warnings, ...full } = JSON.parse(stdout);
    expect(warnings).toEqual([]);
    expect(pages).toEqual(['same.html', 'same.json']);
    expect(full).toEqual(JSON.parse(await read('same.json')));
  });

  test('a name that is none is refused before any work', async () => {
    const { exitCode, stderr } = await cli(folder, 'compile', 'no.onnx', '--report', 'a b.html');
    expect(exitCode).toBe(1);
    expect(stderr).toContain("--report <path>' argument 'a b.html' is invalid");
  });

  test('labels that are no classes of the model are refused before C is written', async () => {
    await writeFile(join(folder, 'far.json'), JSON.stringify({ files: 'samples.npy', labels: 'far.npy' }));
    await writeFile(join(folder, 'far.npy'), await farLabels());
    const args = ['--calibrate', data, '--data', 'far.json', '--report', 'far_report.html', '-o', 'far'];
    const { exitCode, stderr } = await cli(folder, 'compile', 'tiny.onnx', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the label 7 is no class of a model with 3 outputs');
    await expect(readdir(join(folder, 'far'))).rejects.toThrow();
  });
});

test.each(['compile', 'quantize'])(
  '%s leaves a page and data of the user alone, unless told otherwise',
  async (name) => {
    const args = [name, 'tiny.onnx', '--calibrate', data, '--report', 'mine.html', '-o', `beside_${name}`, '-q'];
    await writeFile(join(folder, 'mine.html'), '<!doctype html>\n<p>my notes on nibblec 0.1</p>\n');
    await writeFile(join(folder, 'mine.json'), '{ "report": "mine" }');
    const { exitCode, stderr } = await cli(folder, ...args);
    expect(exitCode).toBe(1);
    for (const word of ['mine.html', 'mine.json', '--report', '--force']) expect(stderr).toContain(word);
    expect(await read('mine.json')).toBe('{ "report": "mine" }');
    await expect(readdir(join(folder, `beside_${name}`))).rejects.toThrow();
    expect((await cli(folder, ...args, '--force')).exitCode).toBe(0);
    expect(await read('mine.html')).toContain('<footer>nibblec');
    expect((await cli(folder, ...args)).exitCode).toBe(0);
  },
);

test('quantize --report', async () => {
  const args = ['--calibrate', data, ...FEW_BIT, '--data', data, '--labels', labels, '--report', 'quantized.html'];
  const { exitCode, stdout } = await cli(folder, 'quantize', 'tiny.onnx', ...args, '-o', 'quantized');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Weights: 4.19 bits each');
  expect(stdout).toContain('Wrote quantized.html, quantized.json');
  expect(sections(await read('quantized.html'))).toContain('accuracy');
  expect(JSON.parse(await read('quantized/tiny_int8.json')).weights.bytes).toBe(2 * 5 + 3 * 4);
});

await describeWith('bench --report', toolchainFor(await loadTarget('cortex-m3')).available, () => {
  test('counts instructions on this build', async () => {
    const args = ['-t', 'cortex-m3', '--calibrate', data, ...FEW_BIT, '--report', 'bench.html'];
    const { exitCode, stdout } = await cli(folder, 'bench', 'tiny.onnx', ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("decoding: the share of the layer's instructions that unpacks weights, estimated");
    const { report, counts } = JSON.parse(await read('bench.json'));
    expect(counts.unit).toBe('instructions');
    const code = report.layers.map((layer: { codeBytes: number }) => layer.codeBytes);
    expect(code.every((bytes: number) => bytes > 0)).toBe(true);
    expect(code.reduce((a: number, b: number) => a + b, 0) + report.flash.sharedCodeBytes).toBe(report.flash.codeBytes);
    expect(await read('bench.html')).toContain('counted on this build');
  });
});

async function farLabels(): Promise<Uint8Array> {
  const bytes = await readFile(labels);
  bytes.writeInt32LE(7, bytes.length - 4);
  return bytes;
}
