import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

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

const path = (name: string) => fileURLToPath(new URL(`../docs/benchmarks/${name}`, import.meta.url));

/** The rows of earlier runs; none before the first. */
export async function readPtqRows(): Promise<PtqRow[]> {
  return readFile(path('ptq.json'), 'utf8').then(JSON.parse, () => []);
}

export async function writePtqTables(rows: readonly PtqRow[]): Promise<void> {
  await writeFile(path('ptq.json'), `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(path('ptq.md'), markdown(rows));
}

function markdown(rows: readonly PtqRow[]): string {
  const lines = rows.map((row) => {
    const weights = `${row.weightFormat}${row.ends ? ', ends int8' : ''}`;
    const points = (100 * (row.top1 - row.floatTop1)).toFixed(2);
    const cells = [
      row.model,
      `${weights} / int${row.activationBits}`,
      row.method,
      `${(100 * row.floatTop1).toFixed(2)} %`,
      `${(100 * row.top1).toFixed(2)} %`,
      Number(points) > 0 ? `+${points}` : points,
      row.samples.toLocaleString('en-US'),
      row.bitsPerWeight.toFixed(2),
      row.bytes.toLocaleString('en-US'),
      `${row.compression.toFixed(1)}x`,
      row.flashBytes.toLocaleString('en-US'),
      row.arenaBytes.toLocaleString('en-US'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Few bits without re-training

Written by \`npm run bench:ptq\`; do not edit. Weights and at most 512 unlabelled training samples (kws_float: of its only
set) go in; no labels, no re-training. Top-1 is that of the generated C over the test set; on some of the samples every
integer of every layer was compared with onnxruntime running the exported oracle. Bits per weight and compression count
what lies in flash, tables included. Flash and arena: the linked program for a Cortex-M4F at -O2.

| model | weights / activations | how | float32 | C | points | samples | bits per weight | bytes of weights | against float32 | flash | arena |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
