import type { CurvatureKind } from '../../src/passes/curvature/curvature.ts';
import type { Measured } from '../measure-recipe.ts';
import { type BenchTable, markdownTable, percent } from '../table.ts';

export interface ChoiRow extends Measured {
  readonly row: string;
}

/** By the name of an importance, that of its row. */
export const CURVATURE_NAMES = {
  'second-order': 'second-order back-propagation',
  'gauss-newton': 'Gauss-Newton',
  fisher: 'Monte-Carlo Fisher',
  'empirical-fisher': 'empirical Fisher',
  adam: 'Adam',
} as const satisfies Record<CurvatureKind, string>;

export const curvatureRows = (row: string): string[] => Object.values(CURVATURE_NAMES).map((name) => `${row}, ${name}`);

const ROWS: readonly string[] = [
  'int8',
  ...['k-means 8', 'Hessian k-means 8', 'k-means 16', 'Hessian k-means 16', 'Hessian k-means 8, per layer'],
  ...['Hessian k-means 8 + Huffman', 'iterative 2.0 bits', 'iterative 2.0 bits, per layer'],
  ...['uniform 1.0 bit', 'uniform 1.0 bit, per layer', 'uniform 0.8 bits'],
  ...curvatureRows('k-means 8'),
  'iterative 2.0 bits, unweighted',
  ...curvatureRows('iterative 2.0 bits'),
];

export const choiTable: BenchTable<ChoiRow> = { name: 'choi', unit: ({ row }) => row, units: ROWS, page };

/** What is to be compared, and what the paper says of it. */
const COMPARISONS: readonly (readonly [claim: string, rows: readonly string[]])[] = [
  ['Hessian weights are better than none at equal k.', ['k-means 8', 'Hessian k-means 8']],
  ['The same for 16 entries.', ['k-means 16', 'Hessian k-means 16']],
  [
    'Entropy-constrained and compensated: far fewer bits, and more accurate.',
    ['Hessian k-means 8 + Huffman', 'uniform 1.0 bit'],
  ],
  [
    'Entropy-constrained by the iterative method: fewer bits at equal accuracy.',
    ['Hessian k-means 8 + Huffman', 'iterative 2.0 bits'],
  ],
  [
    'The exception: k-means serves layers better one by one, for a table more in each.',
    ['Hessian k-means 8, per layer', 'Hessian k-means 8'],
  ],
  [
    'The iterative method over all layers is better than layer by layer.',
    ['iterative 2.0 bits, per layer', 'iterative 2.0 bits'],
  ],
  ['One step for all layers is better than one for each.', ['uniform 1.0 bit, per layer', 'uniform 1.0 bit']],
  [
    'What errors of k-means are weighed by: nothing, the outputs of layers, curvature of the loss.',
    ['k-means 8', 'Hessian k-means 8', ...curvatureRows('k-means 8')],
  ],
  [
    'The same for the iterative method, whose cells depend on the importance of every single weight.',
    ['iterative 2.0 bits, unweighted', 'iterative 2.0 bits', ...curvatureRows('iterative 2.0 bits')],
  ],
];

function page(rows: readonly ChoiRow[]): string {
  const measured = (name: string) => rows.find(({ row }) => row === name);
  const table = (names: readonly string[]) =>
    markdownTable<string>(
      {
        weights: (name) => name,
        'bits per weight': (name) => measured(name)?.bitsPerWeight.toFixed(3) ?? null,
        'against float32': (name) => times(measured(name)),
        bytes: (name) => measured(name)?.bytes ?? null,
        'top-1': (name) => percent(measured(name)?.top1 ?? null),
        'output error': (name) => measured(name)?.outputError.toExponential(2) ?? null,
      },
      names,
    );
  return `# Codebooks and entropy coding

Written by \`npm run bench:choi\`; do not edit. LeNet-5 on MNIST (float32: 99.27 %), weights of all layers, no re-training,
activations int8. Bits and bytes are those of the generated C: codes, tables of the decoders, and the ends of segments.
Top-1 is that of the C over the 10,000 test images; the output error is the squared error of the outputs in parts of
their power, over 1,000 of them.

Methods of Choi, El-Khamy, Lee (ICLR 2017) side by side; "uniform" rows are error-compensated as well. "Hessian", and
"iterative" without a further word, weigh errors by the outputs of their layer.

${COMPARISONS.map(([claim, names]) => `## ${claim}\n\n${table(names)}`).join('\n\n')}

## All rows

${table(ROWS)}
`;
}

function times(row: ChoiRow | undefined): string | null {
  return row ? `${(32 / row.bitsPerWeight).toFixed(1)}x` : null;
}
