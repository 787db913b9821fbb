/**
 * npm run bench:choi [-- ROW...]: the comparisons of Choi, El-Khamy, Lee, Towards the Limit of Network Quantization (ICLR
 * 2017), on LeNet-5 without re-training, into docs/benchmarks/choi.md and choi.json. Top-1 is that of the C over the whole
 * test set. Rows named on the command line are measured anew, the others kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entropyConstrained } from '../src/passes/fewbit/entropy-constrained.ts';
import { jointCodebook } from '../src/passes/fewbit/joint-codebook.ts';
import { type Step, step } from '../src/passes/pass.ts';
import { must } from '../src/support/errors.ts';
import { benchedModels } from './bench-data.ts';
import { measureRecipe } from './measure-recipe.ts';
import { updateTable } from './table.ts';
import { CURVATURE_NAMES, choiTable, curvatureRows } from './tables/choi.ts';

const MODEL = 'lenet5_mnist';

const kmeans = (entries: number, options = {}): Step => step(jointCodebook, { entries, samples: 128, ...options });
const iterative = (options = {}): Step =>
  step(entropyConstrained, { bits: 2, method: 'lloyd', samples: 128, ...options });

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

const model = must(
  benchedModels().find(({ name }) => name === MODEL),
  MODEL,
);
const folder = await mkdtemp(join(tmpdir(), 'nibblec-choi-'));
const asked = process.argv.slice(2);
for (const row of must(choiTable.units, 'rows').filter((name) => asked.length === 0 || asked.includes(name))) {
  const { compilation: _, ...measured } = await measureRecipe(model, RECIPES[row], folder);
  console.log(`${row}: ${measured.bitsPerWeight.toFixed(3)} bits, ${measured.top1}, ${measured.outputError}`);
  await updateTable(choiTable, [{ row, ...measured }]);
}
await rm(folder, { recursive: true });
