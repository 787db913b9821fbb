import { type BenchTable, markdownTable } from '../table.ts';

export interface RamRow {
  readonly model: string;
  readonly format: string;
  /** unfused: layer by layer; whole: rows of some layers together, the image in the arena as a whole; rows: the image by rows too. */
  readonly scheme: 'unfused' | 'whole' | 'rows';
  readonly arenaBytes: number;
  /** No plan of these calls can be smaller. */
  readonly lowerBound: number;
  /** Products in parts of those of the unfused network. */
  readonly macsRatio: number;
  /** Of one inference on a Cortex-M4F. */
  readonly instructions: number;
  readonly instructionsRatio: number;
}

export const ramTable: BenchTable<RamRow> = {
  name: 'ram',
  unit: ({ model }) => model,
  units: ['kws', 'ic', 'vww', 'lenet5_mnist', 'dscnn_mnist', 'resnet20_cifar'],
  page,
};

const LAYERS = { unfused: 'one by one', whole: 'row by row', rows: 'row by row, input too' } as const;

/** Bytes that others state or that were counted for the same networks, int8. */
const PUBLISHED: readonly { readonly network: string; readonly by: string; readonly bytes: string }[] = [
  { network: 'kws', by: 'TFLM, MLPerf Tiny', bytes: '22,820' },
  { network: 'kws', by: 'CMSIS-NN, buffers of two layers', bytes: '16,000' },
  { network: 'ic', by: 'TFLM', bytes: '54,996' },
  { network: 'ic', by: 'CMSIS-NN', bytes: '49,728' },
  { network: 'ic', by: 'X-CUBE-AI', bytes: '62.5 + 7.2 KiB' },
  { network: 'vww', by: 'TFLM', bytes: '100,708' },
  { network: 'vww', by: 'TinyEngine', bytes: '60,728' },
  { network: 'vww', by: 'CMSIS-NN', bytes: '55,296' },
  { network: 'vww', by: 'X-CUBE-AI', bytes: '67.0 + 16.3 KiB' },
];

function page(rows: readonly RamRow[]): string {
  return `# RAM

Written by \`npm run bench:ram\`; do not edit. The arena, input, output and temporary memory of kernels included, of networks layer by
layer (\`--no-fuse\`) and with [layers that go row by row](../report.md#memory) (\`--ram 1\`: as little as can be, with the kernels that the goal
balanced takes), the image by rows too with \`--input-rows\`. The lower bound is that of any plan for the same calls. Instructions are those of one inference on a Cortex-M4F at
-O2 under QEMU. Integers are the same in both.

${markdownTable<RamRow>(
  {
    model: (row) => row.model,
    weights: (row) => row.format,
    layers: (row) => LAYERS[row.scheme],
    arena: (row) => row.arenaBytes,
    'lower bound': (row) => row.lowerBound,
    instructions: (row) => row.instructions,
    'of one by one': (row) => row.instructionsRatio.toFixed(3),
  },
  rows,
)}

## What others take

${markdownTable<(typeof PUBLISHED)[number]>({ network: (row) => row.network, by: (row) => row.by, bytes: (row) => row.bytes }, PUBLISHED)}
`;
}
