import { type BenchTable, markdownTable } from '../table.ts';

export interface FlashRow {
  readonly model: string;
  readonly format: string;
  /** The linked program: code, weights and tables, what it needs of the libraries. */
  readonly flashBytes: number;
  readonly codeBytes: number;
  /** Weights and the tables that decode them, biases and multipliers. */
  readonly constantBytes: number;
  readonly bitsPerWeight: number;
  readonly instructions: number | null;
  readonly arenaBytes: number;
  /** Squared error of the outputs in parts of their power. */
  readonly outputError: number;
}

/** ad has no data but 16 windows, which serve for calibration and comparison. */
export const flashTable: BenchTable<FlashRow> = {
  name: 'flash',
  unit: ({ model }) => model,
  units: ['kws_float', 'ic', 'ad'],
  page,
};

function page(rows: readonly FlashRow[]): string {
  const int8 = ({ model }: FlashRow) => rows.find((row) => row.model === model && row.format === 'int8');
  return `# Flash

Written by \`npm run bench:flash\`; do not edit. The linked program on a Cortex-M4F at -O2, for all layers in one format:
code, constants (weights, the tables of their decoders, biases, multipliers) and what it needs of the libraries.
Instructions are those of one inference under QEMU. The output error is the squared error of the outputs in parts of
their power, over 200 test samples; ad, an autoencoder, is calibrated with and judged on the 16 windows that there are.

The entropy codes have one decoder for all layers, of at most 600 bytes. They pay least where weights are few and rows fill
their grid, most where weights are many or most codes zero.

${markdownTable<FlashRow>(
  {
    model: (row) => row.model,
    weights: (row) => row.format,
    flash: (row) => row.flashBytes,
    'of int8': (row) => share(row.flashBytes, int8(row)?.flashBytes),
    code: (row) => row.codeBytes,
    constants: (row) => row.constantBytes,
    'bits per weight': (row) => row.bitsPerWeight.toFixed(2),
    instructions: (row) => row.instructions,
    arena: (row) => row.arenaBytes,
    'output error': (row) => row.outputError.toExponential(1),
  },
  rows,
)}
`;
}

function share(bytes: number, whole: number | undefined): string | null {
  return whole === undefined ? null : `${((100 * bytes) / whole).toFixed(0)} %`;
}
