import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGES, ROOT, unrunCommands, withOutputs } from '../../scripts/outputs.ts';
import { withResults } from '../../scripts/results.ts';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { describeWith } from '../verify/native.ts';

const available = async () => {
  if (!existsSync(`${ROOT}dist/cli/main.js`)) return 'nibblec is not built (npm run build)';
  return armQemu('mps2-an386', []).available();
};

/** Sizes depend on the compiler's version, and columns on sizes. */
const withoutNumbers = (text: string) =>
  text
    .replace(/worst case: .*/g, '')
    .replace(/\d[\d,.]*/g, '#')
    .replace(/ +/g, ' ');

await describeWith('outputs shown in pages', available, () => {
  test.each(PAGES)('%s shows what the commands print, but for numbers (npx tsx scripts/outputs.ts)', async (page) => {
    const text = readFileSync(`${ROOT}${page}`, 'utf8');
    expect(withoutNumbers(await withOutputs(text))).toBe(withoutNumbers(text));
  });

  test('outputs replace what stood in a block; other blocks stay', async () => {
    const page = 'a\n```console\n$ npx nibblec \\\n  --version\n```\nb\n```sh\n$ npx nibblec ops\n```\n';
    expect(await withOutputs(page)).toBe(page.replace('--version\n', '--version\n0.1.0\n'));
  });
});

test.each(PAGES)('%s shows the results of docs/benchmarks', (page) => {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  expect(withResults(text)).toBe(text);
});

test.each(PAGES)('%s shows the output of every command on a model of this repository', (page) => {
  expect(unrunCommands(readFileSync(`${ROOT}${page}`, 'utf8'))).toEqual([]);
});

test('a command on a model of this repository without its output is found', () => {
  expect(
    unrunCommands('```sh\nnpx nibblec search \\\n  examples/a.onnx\nnpx nibblec search a.onnx\n```\n'),
  ).toHaveLength(1);
});
