import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { cli } from '../cli/run-cli.ts';
import { writeData, writeModel } from '../cli/tiny.ts';
import { describeWith, inFolder } from '../verify/native.ts';

// The format of docs/adding-a-weight-format.md: an object in the list of families and a file of C, and nothing else.
vi.mock('../../src/formats/families.ts', async (original) => {
  const { FORMAT_FAMILIES } = await original<typeof import('../../src/formats/families.ts')>();
  const { quinary } = await import('./toy/quinary.ts');
  return { FORMAT_FAMILIES: [...FORMAT_FAMILIES, quinary] };
});
vi.mock('../../src/kernels/sets.ts', async (original) => {
  const sets = await original<typeof import('../../src/kernels/sets.ts')>();
  return {
    ...sets,
    kernelSets: (features: ReadonlySet<string>) => ['../test/formats/toy', ...sets.kernelSets(features)],
  };
});

test('it is listed, and what it costs on a core', async () => {
  const listed = await cli('.', 'formats');
  expect(listed.stdout).toMatch(/^quinary +2\.6\d+ +Five codes, -2 to 2, three in a byte\.$/m);
  const costs = await cli('.', 'formats', '-t', 'cortex-m3', '--json');
  const rows: { format: string; bytesPerWeight: number; conv: { perWeight: number } }[] = JSON.parse(costs.stdout);
  const quinary = rows.find(({ format }) => format === 'quinary');
  expect(quinary?.bytesPerWeight).toBeCloseTo(1 / 3, 2);
  expect(quinary?.conv.perWeight).toBeGreaterThan(1);
});

test('names near to it find it', async () => {
  await inFolder(async (folder) => {
    await writeModel(folder);
    await writeData(folder);
    const { stderr } = await cli(folder, 'compile', 'tiny.onnx', '--calibrate', 'samples.npy', '--weights', 'quinari');
    expect(stderr).toMatch(/did you mean 'quinary'/);
  });
});

await describeWith('it is compiled', hostGcc().available, () => {
  test.each(['quinary', 'quinary+huffman', 'quinary+rans'])('%s', async (format) => {
    await inFolder(async (folder) => {
      await writeModel(folder);
      await writeData(folder);
      // Not --weights, which drops an entropy code that does not pay.
      const passes = ['calibrate', 'quantize-int8', ['few-bit', { layers: [{ match: '*', format }] }]];
      await writeFile(join(folder, 'few.json'), JSON.stringify({ name: 'few', passes }));
      const flags = ['--calibrate', 'samples.npy', '--recipe', 'few.json', '--verify', '-o', 'out'];
      const compiled = await cli(folder, 'compile', 'tiny.onnx', ...flags);
      expect(compiled).toMatchObject({ exitCode: 0 });
      expect(compiled.stdout).toMatch(new RegExp(`^.* ${format.replace('+', '\\+')} +\\d+ `, 'm'));
      const tables = await readFile(join(folder, 'out/tiny_weights.c'), 'utf8');
      expect(tables).toContain(`${format} weights`);
      const code = await readFile(join(folder, 'out/tiny.c'), 'utf8');
      const decoder = { quinary: 'quinary', 'quinary+huffman': 'words', 'quinary+rans': 'rans' }[format];
      expect(code).toContain(`nn_unpack_${decoder}_s8(`);
    });
  });

  test('an ONNX file that says so keeps it', async () => {
    await inFolder(async (folder) => {
      await writeModel(folder);
      await writeData(folder);
      const data = ['--calibrate', 'samples.npy'];
      const written = await cli(folder, 'quantize', 'tiny.onnx', ...data, '--weights', 'quinary', '-o', 'few');
      expect(written).toMatchObject({ exitCode: 0 });
      const compiled = await cli(folder, 'compile', 'few/tiny_qdq.onnx', '-o', 'out');
      expect(compiled).toMatchObject({ exitCode: 0 });
      expect(await readFile(join(folder, 'out/tiny_qdq_weights.c'), 'utf8')).toContain('quinary weights');
    });
  });
});
