import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Goal } from '../src/ir/lowering.ts';

/** One layer of a model on a core, or all of them (layer 'total', no kernel). */
export interface KernelRow {
  readonly core: string;
  readonly model: string;
  readonly layer: string;
  /** The kernel, or the template of a layer that has one way only. */
  readonly kernel: string | null;
  readonly format: string;
  readonly goal: Goal;
  readonly macs: number;
  readonly instructions: number;
  /** Whose instructions those below are; null: nobody's. */
  readonly baseline: string | null;
  readonly baselineInstructions: number | null;
  /** Instructions over the baseline's. */
  readonly ratio: number | null;
}

const FOLDER = fileURLToPath(new URL('../docs/benchmarks/', import.meta.url));
const BASELINES = fileURLToPath(new URL('./baselines.csv', import.meta.url));

/** The rows of earlier runs; none before the first. */
export async function readKernelRows(): Promise<KernelRow[]> {
  return readFile(`${FOLDER}kernels.json`, 'utf8').then(JSON.parse, () => []);
}

/** Adds what others take for the same layers. */
async function withBaselines(rows: readonly KernelRow[]): Promise<KernelRow[]> {
  const known = await readBaselines();
  return rows.map((row) => {
    const found = known.get(keyOf(row));
    if (!found) return row;
    const { baseline, instructions } = found;
    return { ...row, baseline, baselineInstructions: instructions, ratio: rounded(row.instructions / instructions) };
  });
}

const rounded = (ratio: number) => Number(ratio.toFixed(4));

function keyOf({ core, model, format, layer }: Pick<KernelRow, 'core' | 'model' | 'format' | 'layer'>): string {
  return [core, model, format, layer].join(' ');
}

/** baselines.csv: `baseline,format,model,layer`, then a column for each core. */
async function readBaselines() {
  const lines = (await readFile(BASELINES, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [, , , , ...cores] = lines[0].split(',');
  const known = new Map<string, { readonly baseline: string; readonly instructions: number }>();
  for (const line of lines.slice(1)) {
    const [baseline, format, model, layer, ...counts] = line.split(',');
    counts.forEach((count, i) => {
      if (count !== '') known.set(keyOf({ core: cores[i], model, format, layer }), { baseline, instructions: +count });
    });
  }
  return known;
}

/** docs/benchmarks/kernels.md for people, kernels.json for tools. */
export async function writeKernelTables(counted: readonly KernelRow[]): Promise<void> {
  const rows = await withBaselines(counted);
  await writeFile(`${FOLDER}kernels.json`, `[\n${rows.map((row) => ` ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
  await writeFile(`${FOLDER}kernels.md`, markdown(rows));
}

function markdown(rows: readonly KernelRow[]): string {
  const totals = rows.filter(({ layer }) => layer === 'total');
  const layers = rows.filter(
    ({ layer, core, format, goal }) =>
      layer !== 'total' && core === 'cortex-m4f' && format === 'int8' && goal === 'balanced',
  );
  return `# Kernels

Written by \`npm run bench:kernels\`; do not edit. Instructions of one inference under QEMU, arm-none-eabi-gcc -O2. The
baseline is CMSIS-NN (99f736a) called directly, in the fastest of its builds with the same compiler (for int4 its kernels for 4
bits), or nibblec at 0f5777d, before it chose kernels, for models that were not run through CMSIS-NN; see bench/baselines.csv. A ratio below 1 is
better than the baseline.

## Models

| model | format | goal | core | instructions | per MAC | baseline | its instructions | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${totals.map((row) => cells([row.model, row.format, row.goal, row.core, ...numbers(row)])).join('\n')}

## Layers on a Cortex-M4F, int8, balanced

| model | layer | kernel | MACs | instructions | per MAC | baseline | its instructions | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${layers.map((row) => cells([row.model, row.layer, row.kernel ?? '', n(row.macs), ...numbers(row)])).join('\n')}
`;
}

function numbers({ instructions, macs, baseline, baselineInstructions, ratio }: KernelRow): string[] {
  const perMac = macs === 0 ? '' : (instructions / macs).toFixed(2);
  return [n(instructions), perMac, baseline ?? '', n(baselineInstructions), ratio === null ? '' : ratio.toFixed(3)];
}

function cells(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`;
}

function n(value: number | null): string {
  return value === null ? '' : value.toLocaleString('en-US');
}
