import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface PtqRow {
  readonly model: string;
  readonly method: string;
  readonly weightFormat: string;
  /** Bits of a stored code. */
  readonly weightBits: number;
  readonly activationBits: number;
  /** First and last layer in 8 bits. */
  readonly ends: boolean;
  readonly top1: number;
  readonly floatTop1: number;
  readonly samples: number;
  /** Codes of all weights and the tables that decode them. */
  readonly bytes: number;
  /** From these bytes. */
  readonly bitsPerWeight: number;
  /** Against float32 weights. */
  readonly compression: number;
  /** The linked program: weights, biases, multipliers, code, what it needs of the libraries. */
  readonly flashBytes: number;
  readonly arenaBytes: number;
}

export const ptqTable: BenchTable<PtqRow> = {
  name: 'ptq',
  unit: ({ model }) => model,
  units: ['shapes', 'lenet5_mnist', 'dscnn_mnist', 'kws_float', 'ic', 'resnet20_cifar'],
  page,
};

function page(rows: readonly PtqRow[]): string {
  return `# Few bits without re-training

Written by \`npm run bench:ptq\`; do not edit. Weights and at most 512 unlabelled training samples (kws_float: of its only
set) go in; no labels, no re-training. Top-1 is that of the generated C over the test set; on some of the samples every
integer of every layer was compared with onnxruntime running the exported oracle. Bits per weight and compression count
what lies in flash, tables included. Flash and arena: the linked program for a Cortex-M4F at -O2.

${markdownTable<PtqRow>(
  {
    model: (row) => row.model,
    'weights / activations': (row) => `${row.weightFormat}${row.ends ? ', ends int8' : ''} / int${row.activationBits}`,
    how: (row) => row.method,
    float32: (row) => percent(row.floatTop1),
    C: (row) => percent(row.top1),
    points: (row) => signed(100 * (row.top1 - row.floatTop1)),
    samples: (row) => row.samples,
    'bits per weight': (row) => row.bitsPerWeight.toFixed(2),
    'bytes of weights': (row) => row.bytes,
    'against float32': (row) => `${row.compression.toFixed(1)}x`,
    flash: (row) => row.flashBytes,
    arena: (row) => row.arenaBytes,
  },
  rows,
)}
`;
}

function signed(value: number): string {
  const text = value.toFixed(2);
  return Number(text) > 0 ? `+${text}` : text;
}
