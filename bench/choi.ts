/**
 * npm run bench:choi [-- ROW...]: the comparisons of Choi, El-Khamy, Lee, Towards the Limit of Network Quantization (ICLR
 * 2017), on LeNet-5 without re-training, into docs/benchmarks/choi.md and choi.json. Top-1 is that of the C over the whole
 * test set. Rows named on the command line are measured anew, the others kept.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CurvatureKind } from '../src/passes/curvature/curvature.ts';
import { entropyConstrained } from '../src/passes/fewbit/entropy-constrained.ts';
import { jointCodebook } from '../src/passes/fewbit/joint-codebook.ts';
import { type Step, step } from '../src/passes/pass.ts';
import { must } from '../src/support/errors.ts';
import { benchedModels } from './bench-data.ts';
import { type Measured, measureRecipe } from './measure-recipe.ts';

const MODEL = 'lenet5_mnist';

const kmeans = (entries: number, options = {}): Step => step(jointCodebook, { entries, samples: 128, ...options });
const iterative = (options = {}): Step =>
  step(entropyConstrained, { bits: 2, method: 'lloyd', samples: 128, ...options });

/** By the name of an importance, that of its row. */
const CURVATURE_NAMES = {
  'second-order': 'second-order back-propagation',
  'gauss-newton': 'Gauss-Newton',
  fisher: 'Monte-Carlo Fisher',
  'empirical-fisher': 'empirical Fisher',
  adam: 'Adam',
} as const satisfies Record<CurvatureKind, string>;

const curvatureRows = (row: string): string[] => Object.values(CURVATURE_NAMES).map((name) => `${row}, ${name}`);

/** A row for each kind of curvature of the loss, from 512 samples: drawn labels are rarely wrong, and only those tell much. */
const byCurvature = (row: string, recipe: (options: object) => Step): [string, readonly Step[]][] =>
  Object.keys(CURVATURE_NAMES).map((importance, i) => [curvatureRows(row)[i], [recipe({ importance, samples: 512 })]]);

/** Rows by name; the passes after int8 quantization. */
const RECIPES: Readonly<Record<string, readonly Step[]>> = {
  int8: [],
  'k-means 8': [kmeans(8, { importance: 'none' })],
  'Hessian k-means 8': [kmeans(8)],
  'k-means 16': [kmeans(16, { importance: 'none' })],
  'Hessian k-means 16': [kmeans(16)],
  'Hessian k-means 8, per layer': [kmeans(8, { joint: false })],
  'Hessian k-means 8 + Huffman': [kmeans(8, { code: 'huffman' })],
  'iterative 2.0 bits': [iterative()],
  'iterative 2.0 bits, per layer': [iterative({ joint: false })],
  'uniform 1.0 bit': [step(entropyConstrained, { bits: 1 })],
  'uniform 1.0 bit, per layer': [step(entropyConstrained, { bits: 1, joint: false })],
  'uniform 0.8 bits': [step(entropyConstrained, { bits: 0.8 })],
  ...Object.fromEntries(byCurvature('k-means 8', (options) => kmeans(8, options))),
  'iterative 2.0 bits, unweighted': [iterative({ importance: 'none' })],
  ...Object.fromEntries(byCurvature('iterative 2.0 bits', iterative)),
};

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

interface Row extends Measured {
  readonly row: string;
}

const path = (name: string) => fileURLToPath(new URL(`../docs/benchmarks/${name}`, import.meta.url));
const model = must(
  benchedModels().find(({ name }) => name === MODEL),
  MODEL,
);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-choi-'));
const asked = process.argv.slice(2);
const known = new Map<string, Row>(
  (await readFile(path('choi.json'), 'utf8').then(JSON.parse, () => [])).map((row: Row) => [row.row, row]),
);
for (const [row, steps] of Object.entries(RECIPES)) {
  if (asked.length > 0 && !asked.includes(row)) continue;
  const { compilation: _, ...measured } = await measureRecipe(model, steps, folder);
  known.set(row, { row, ...measured });
  console.log(`${row}: ${measured.bitsPerWeight.toFixed(3)} bits, ${measured.top1}, ${measured.outputError}`);
  const rows = Object.keys(RECIPES).flatMap((name) => known.get(name) ?? []);
  await writeFile(path('choi.json'), `${JSON.stringify(rows, null, 1)}\n`);
  await writeFile(path('choi.md'), markdown(rows));
}
await rm(folder, { recursive: true });

function markdown(rows: readonly Row[]): string {
  const cells = (name: string) => {
    const row = rows.find((candidate) => candidate.row === name);
    if (!row) return [name, '-', '-', '-', '-', '-'];
    const { top1, bytes, bitsPerWeight, outputError } = row;
    const size = [bitsPerWeight.toFixed(3), `${(32 / bitsPerWeight).toFixed(1)}x`, bytes.toLocaleString('en-US')];
    return [name, ...size, `${(100 * (top1 ?? 0)).toFixed(2)} %`, outputError.toExponential(2)];
  };
  const head =
    '| | bits per weight | against float32 | bytes | top-1 | output error |\n| --- | --- | --- | --- | --- | --- |';
  const table = (names: readonly string[]) =>
    [head, ...names.map((name) => `| ${cells(name).join(' | ')} |`)].join('\n');
  return `# Codebooks and entropy coding

Written by \`npm run bench:choi\`; do not edit. LeNet-5 on MNIST (float32: 99.27 %), weights of all layers, no re-training,
activations int8. Bits and bytes are those of the generated C: codes, tables of the decoders, and the ends of segments.
Top-1 is that of the C over the 10,000 test images; the output error is the squared error of the outputs in parts of
their power, over 1,000 of them.

Methods of Choi, El-Khamy, Lee (ICLR 2017) side by side; "uniform" rows are error-compensated as well. "Hessian", and
"iterative" without a further word, weigh errors by the outputs of their layer.

${COMPARISONS.map(([claim, names]) => `## ${claim}\n\n${table(names)}`).join('\n\n')}

## All rows

${table(Object.keys(RECIPES))}
`;
}
