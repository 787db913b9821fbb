import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from './models.ts';

const FOLDER = fileURLToPath(new URL('../docs/benchmarks/', import.meta.url));

/** The rows of earlier runs; none before the first. */
export async function readRows(): Promise<Row[]> {
  return readFile(`${FOLDER}models.json`, 'utf8').then(JSON.parse, () => []);
}

/** docs/benchmarks/models.md for people, models.json for tools. */
export async function writeTables(rows: readonly Row[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(`${FOLDER}models.json`, `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(`${FOLDER}models.md`, markdown(rows));
}

function markdown(rows: readonly Row[]): string {
  const models = [...new Set(rows.map(({ model }) => model))];
  const summary = models.flatMap((model) =>
    (['float32', 'int8'] as const).map((precision) => {
      const row = rows.find(
        (r) => r.model === model && r.precision === precision && r.core === 'cortex-m4f' && r.optimize === '-O2',
      );
      if (!row) return '';
      const agreement =
        precision === 'int8' ? (row.maxError === 0 ? 'identical' : 'DIFFERS') : row.maxError.toExponential(1);
      const top1 = row.top1 === null ? '-' : `${(row.top1 * 100).toFixed(2)} %`;
      return `| ${model} | ${precision} | ${top1} | ${row.samples} | ${agreement} | ${n(row.flashBytes)} | ${n(row.codeBytes)} | ${n(row.weightBytes)} | ${n(row.arenaBytes)} | ${n(row.arenaLowerBound)} | ${n(row.stackBytes)} |`;
    }),
  );
  const speed = rows.map(
    (row) =>
      `| ${row.model} | ${row.precision} | ${row.core} | ${row.optimize} | ${n(row.instructions)} | ${((row.instructions ?? 0) / row.macs).toFixed(2)} | ${n(row.flashBytes)} | ${n(row.stackBytes)} |`,
  );
  return `# Models

Written by \`npm run bench\`; do not edit. The generated C ran on the host over the whole test set (top-1; int8: every
integer of every layer compared with onnxruntime running the exported oracle; float32: largest error over the output's
range) and under QEMU, where instructions are counted. Bytes are of the linked program for a Cortex-M4F at -O2.

| model | precision | top-1 | samples | against onnxruntime | flash | code | weights and tables | arena | lower bound | stack |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${summary.filter((line) => line !== '').join('\n')}

## Instructions per inference

| model | precision | core | flags | instructions | per MAC | flash | stack |
| --- | --- | --- | --- | --- | --- | --- | --- |
${speed.join('\n')}
`;
}

function n(value: number | null): string {
  return value === null ? '-' : value.toLocaleString('en-US');
}
