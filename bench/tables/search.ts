import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface SearchRow {
  readonly model: string;
  /** A format for all layers, or what a mix was allowed. */
  readonly method: string;
  readonly formats: readonly string[];
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly instructions: number | null;
  /** See docs/mixed-precision.md. */
  readonly loss: number;
  readonly top1: number | null;
  readonly floatTop1: number | null;
}

export const searchTable: BenchTable<SearchRow> = {
  name: 'search',
  unit: ({ model }) => model,
  units: ['shapes', 'kws_float', 'ic'],
  page,
};

function page(rows: readonly SearchRow[]): string {
  return `# Mixed formats of weights

Written by \`npm run bench:search\`; do not edit. One format for all layers, and the mix that
[nibblec search](../mixed-precision.md) finds with no more flash than one of them, with the least loss. The whole program
for a Cortex-M4F at -O2: flash and RAM of the linked program, instructions of one inference under QEMU. Loss (divergence of
the classes from float32, in nats) on calibration samples that no layer was fitted to where there are enough, top-1 on the
whole labelled test set; nothing was chosen by labels.

${markdownTable<SearchRow>(
  {
    model: (row) => row.model,
    formats: (row) => row.method,
    flash: (row) => row.flashBytes,
    RAM: (row) => row.ramBytes,
    instructions: (row) => row.instructions,
    loss: (row) => row.loss.toPrecision(3),
    'top-1': (row) => percent(row.top1),
    float32: (row) => percent(row.floatTop1),
    'layer by layer': (row) => runs(row.formats),
  },
  rows,
)}
`;
}

/** 'int8, 3 x int4, int3' */
function runs(formats: readonly string[]): string {
  const parts: { format: string; count: number }[] = [];
  for (const format of formats) {
    const last = parts.at(-1);
    if (last?.format === format) last.count++;
    else parts.push({ format, count: 1 });
  }
  return parts.map(({ format, count }) => (count === 1 ? format : `${count} x ${format}`)).join(', ');
}
