import type { Measured } from '../measure-recipe.ts';
import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface AciqRow extends Measured {
  readonly arenaBytes: number;
  readonly model: string;
  readonly setting: string;
}

export const aciqTable: BenchTable<AciqRow> = {
  name: 'aciq',
  unit: ({ model }) => model,
  units: ['ic', 'resnet20_cifar'],
  page,
};

function page(rows: readonly AciqRow[]): string {
  return `# ACIQ, piece by piece

Written by \`npm run bench:aciq\`; do not edit. 4-bit weights without re-training, each rounded to the nearest level, first
and last layer 8 bits, activations int8: clipping where the prior of the paper says (else at the largest weight), bits
shared among channels by its rule (else 4 for each), mean and deviation of each channel corrected (else left). Top-1 is
that of the C over the labelled test set; the output error is the squared error of the outputs in parts of their power.
4-bit activations are packed two to a byte, between int8 weights, without correction, but for the ends of the network. An
element takes 4 bits whatever its channel: fewer for some channels would not free any of the arena, so instead of bits
channels share the range (equalization).

${markdownTable<AciqRow>(
  {
    model: (row) => row.model,
    setting: (row) => row.setting,
    'top-1': (row) => percent(row.top1),
    samples: (row) => row.samples,
    'bits per weight': (row) => row.bitsPerWeight.toFixed(2),
    'output error': (row) => row.outputError.toExponential(2),
    arena: (row) => row.arenaBytes,
  },
  rows,
)}
`;
}
