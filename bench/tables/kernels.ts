import type { Goal } from '../../src/ir/lowering.ts';
import { type BenchTable, markdownTable } from '../table.ts';

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
  /** Of all layers: RAM of activations and scratch. */
  readonly arenaBytes?: number;
  /** Share of zeros among weights that are instructions. */
  readonly zeros?: number;
}

export const kernelTable: BenchTable<KernelRow> = {
  name: 'kernels',
  unit: ({ model }) => model,
  page: (rows) => `# Kernels

Written by \`npm run bench:kernels\`; do not edit. Instructions of one inference under QEMU, arm-none-eabi-gcc -O2. The
baseline is CMSIS-NN (99f736a) called directly, in the fastest of its builds with the same compiler (for int4 its kernels for 4
bits), or nibblec at 0f5777d, before it chose kernels, for models that were not run through CMSIS-NN; see bench/baselines.csv. A ratio below 1 is
better than the baseline.

## Models

${markdownTable(
  {
    model: ({ model }) => model,
    format: ({ format }) => format,
    goal: ({ goal }) => goal,
    core: ({ core }) => core,
    ...NUMBERS,
  },
  rows.filter(({ layer }) => layer === 'total'),
)}

## Activations of 4 bits

Weights of 8 bits; activations of 4, two to a byte, but those of the last layer and of the model.

${markdownTable(
  {
    model: ({ model }) => model,
    core: ({ core }) => core,
    instructions: ({ instructions }) => instructions,
    'with 8 bits': (row) => with8Bits(rows, row)?.instructions ?? null,
    ratio: (row) => ratioTo8Bits(rows, row),
  },
  rows.filter(({ layer, format }) => layer === 'total' && format === 'int8-a4'),
)}

## Activations of 16 bits

Weights of 8 bits; all activations of 16. Arena: activations and scratch of kernels, in bytes.

${markdownTable(
  {
    model: ({ model }) => model,
    core: ({ core }) => core,
    instructions: ({ instructions }) => instructions,
    'with 8 bits': (row) => with8Bits(rows, row)?.instructions ?? null,
    ratio: (row) => ratioTo8Bits(rows, row),
    arena: ({ arenaBytes = null }) => arenaBytes,
    'arena with 8 bits': (row) => with8Bits(rows, row)?.arenaBytes ?? null,
  },
  rows.filter(({ layer, format }) => layer === 'total' && format === 'int8-a16'),
)}

## Layers on a Cortex-M4F, int8, balanced

${markdownTable(
  {
    model: ({ model }) => model,
    layer: ({ layer }) => layer,
    kernel: ({ kernel }) => kernel,
    MACs: ({ macs }) => macs,
    ...NUMBERS,
  },
  rows.filter(isPlainLayer),
)}

## Ternary weights as instructions

The same layer of int8 weights is that of the goal balanced.

${markdownTable(
  {
    model: ({ model }) => model,
    layer: ({ layer }) => layer,
    core: ({ core }) => core,
    'zeros among the weights': ({ zeros = 0 }) => `${Math.round(100 * zeros)} %`,
    instructions: ({ instructions }) => instructions,
    'per MAC': NUMBERS['per MAC'],
    'with int8': (row) => bytesOf(row, rows),
    ratio: (row) => ratioToBytes(row, rows),
  },
  rows.filter(({ zeros }) => zeros !== undefined),
)}
`,
};

const NUMBERS: Parameters<typeof markdownTable<KernelRow>>[0] = {
  instructions: ({ instructions }) => instructions,
  'per MAC': ({ instructions, macs }) => (macs === 0 ? '' : (instructions / macs).toFixed(2)),
  baseline: ({ baseline }) => baseline,
  'its instructions': ({ baselineInstructions }) => baselineInstructions,
  ratio: ({ ratio }) => (ratio === null ? null : ratio.toFixed(3)),
};

/** The same model with activations of 8 bits. */
function with8Bits(rows: readonly KernelRow[], { model, core }: KernelRow): KernelRow | undefined {
  return rows.find(
    (row) =>
      row.layer === 'total' &&
      row.format === 'int8' &&
      row.goal === 'balanced' &&
      row.model === model &&
      row.core === core,
  );
}

function ratioTo8Bits(rows: readonly KernelRow[], row: KernelRow): string {
  return (row.instructions / (with8Bits(rows, row)?.instructions ?? Number.NaN)).toFixed(3);
}

function bytesOf({ model, layer, core }: KernelRow, rows: readonly KernelRow[]): number | null {
  const isSame = (row: KernelRow) => row.model === model && row.layer === layer && row.core === core;
  const plain = rows.find((row) => isSame(row) && row.format === 'int8' && row.goal === 'balanced');
  return plain?.instructions ?? null;
}

function ratioToBytes(row: KernelRow, rows: readonly KernelRow[]): string | null {
  const bytes = bytesOf(row, rows);
  return bytes === null ? null : (row.instructions / bytes).toFixed(3);
}

function isPlainLayer({ layer, core, format, goal }: KernelRow): boolean {
  return layer !== 'total' && core === 'cortex-m4f' && format === 'int8' && goal === 'balanced';
}
