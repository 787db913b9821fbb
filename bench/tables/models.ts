import type { Optimize } from '../../src/verify/toolchain.ts';
import { benchedModels } from '../bench-data.ts';
import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface ModelRow {
  readonly model: string;
  readonly precision: 'float32' | 'int8';
  readonly core: string;
  readonly optimize: Optimize;
  readonly instructions: number | null;
  readonly macs: number;
  readonly flashBytes: number | null;
  readonly codeBytes: number | null;
  readonly weightBytes: number;
  readonly arenaBytes: number;
  readonly arenaLowerBound: number;
  readonly stackBytes: number | null;
  readonly top1: number | null;
  readonly floatTop1: number | null;
  readonly samples: number;
  /** Largest difference to onnxruntime over the output's range (float32); 0 = every integer of every layer equal. */
  readonly maxError: number;
}

export const modelsTable: BenchTable<ModelRow> = {
  name: 'models',
  unit: ({ model }) => model,
  units: benchedModels().map(({ name }) => name),
  page,
};

function page(rows: readonly ModelRow[]): string {
  const models = [...new Set(rows.map(({ model }) => model))];
  const summary = models.flatMap((model) =>
    (['float32', 'int8'] as const).flatMap(
      (precision) =>
        rows.find(
          (r) => r.model === model && r.precision === precision && r.core === 'cortex-m4f' && r.optimize === '-O2',
        ) ?? [],
    ),
  );
  return `# Models

Written by \`npm run bench\`; do not edit. The generated C ran on the host over the whole test set (top-1; int8: every
integer of every layer compared with onnxruntime running the exported oracle; float32: largest error over the output's
range) and under QEMU, where instructions are counted. Bytes are of the linked program for a Cortex-M4F at -O2.

${markdownTable<ModelRow>(
  {
    model: (row) => row.model,
    precision: (row) => row.precision,
    'top-1': (row) => percent(row.top1),
    samples: (row) => String(row.samples),
    'against onnxruntime': agreement,
    flash: (row) => row.flashBytes,
    code: (row) => row.codeBytes,
    'weights and tables': (row) => row.weightBytes,
    arena: (row) => row.arenaBytes,
    'lower bound': (row) => row.arenaLowerBound,
    stack: (row) => row.stackBytes,
  },
  summary,
)}

## Instructions per inference

${markdownTable<ModelRow>(
  {
    model: (row) => row.model,
    precision: (row) => row.precision,
    core: (row) => row.core,
    flags: (row) => row.optimize,
    instructions: (row) => row.instructions,
    'per MAC': (row) => ((row.instructions ?? 0) / row.macs).toFixed(2),
    flash: (row) => row.flashBytes,
    stack: (row) => row.stackBytes,
  },
  rows,
)}
`;
}

function agreement({ precision, maxError }: ModelRow): string {
  if (precision === 'float32') return maxError.toExponential(1);
  return maxError === 0 ? 'identical' : 'DIFFERS';
}
