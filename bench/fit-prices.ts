import type { Work } from '../src/ir/program.ts';
import type { CostSample } from './tables/kernel-costs.ts';

export type Prices = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** Prices by core, kernel and part of its work that fit what was counted. */
export function pricesOf(samples: readonly CostSample[]): Prices {
  const cores = CORES.filter((core) => samples.some((sample) => sample.core === core));
  return Object.fromEntries(
    cores.map((core) => {
      const own = samples.filter((sample) => sample.core === core);
      const kernels = [...new Set(own.map(({ kernel }) => kernel))].sort();
      return [
        core,
        Object.fromEntries(kernels.map((kernel) => [kernel, fitted(own.filter((one) => one.kernel === kernel))])),
      ];
    }),
  );
}

const CORES = ['cortex-m4f', 'cortex-m7', 'cortex-m33', 'cortex-m55', 'cortex-m3', 'cortex-m0', 'cortex-m0-slow-mul'];

/** What a call takes before its loops is less than this, also where the fit would like it otherwise. */
const MOST_FIXED = 400;
const ROUNDS = 2000;
/** Times that samples get new weights, by how far they are off. */
const WEIGHINGS = 12;
/** Further ones, towards the smallest worst error (Lawson 1961), while a sample is off by so much. */
const MORE_WEIGHINGS = 40;
const FAR_OFF = 0.13;
/** Part of the worst error that a fit of all parts together must get down to, if loops are to be priced by layers that unpack too. */
const MUCH_NEARER = 0.75;

/**
 * Prices of at least 0 with a small sum of fourth powers of relative errors, so that the worst are not far off: least squares,
 * each time weighted by the squares of the errors before. What unpacking takes is fitted to what the loops leave,
 * or with them where that comes much nearer.
 */
function fitted(samples: readonly CostSample[]): Record<string, number> {
  const plain = samples.filter(({ work }) => !Object.keys(work).some(isDecoding));
  const loops = leastWorst(plain.map(({ work, instructions }) => ({ work, instructions, whole: instructions })));
  const left = samples.flatMap(({ work, instructions }) => {
    const decoding = Object.fromEntries(Object.entries(work).filter(([part]) => isDecoding(part) || !(part in loops)));
    const rest = { work: decoding, instructions: instructions - estimated(work, loops), whole: instructions };
    return Object.keys(decoding).some(isDecoding) ? [rest] : [];
  });
  const apart = { ...loops, ...leastWorst(left) };
  if (left.length === 0) return apart;
  const together = leastWorst(samples.map(({ work, instructions }) => ({ work, instructions, whole: instructions })));
  return worstOf(samples, together) < MUCH_NEARER * worstOf(samples, apart) ? together : apart;
}

function worstOf(samples: readonly CostSample[], prices: Readonly<Record<string, number>>): number {
  return Math.max(...samples.map(({ work, instructions }) => Math.abs(estimated(work, prices) / instructions - 1)));
}

function isDecoding(part: string): boolean {
  return /^(inline|unpack) /.test(part);
}

/** Work and its instructions, as shares of those of the `whole` layer. */
interface Share {
  readonly work: Work;
  readonly instructions: number;
  readonly whole: number;
}

function leastWorst(shares: readonly Share[]): Record<string, number> {
  const parts = [...new Set(shares.flatMap(({ work }) => Object.keys(work).filter((part) => work[part] > 0)))];
  const rows = shares.map(({ work, whole }) => parts.map((part) => (work[part] ?? 0) / whole));
  const wanted = shares.map(({ instructions, whole }) => instructions / whole);
  const most = parts.map((part) => (part === 'layer' ? MOST_FIXED : Number.POSITIVE_INFINITY));
  let prices = parts.map(() => 0);
  let weights = rows.map(() => 1);
  for (let i = 0; i < WEIGHINGS + MORE_WEIGHINGS; i++) {
    prices = leastSquares({ rows, wanted, weights, most }, prices);
    const errors = errorsOf(rows, wanted, prices).map(Math.abs);
    const worst = Math.max(...errors);
    if (i >= WEIGHINGS && worst < FAR_OFF) break;
    weights =
      i < WEIGHINGS
        ? errors.map((error, k) => Math.sqrt(weights[k] * Math.max(error * error, 1e-6)))
        : errors.map((error, k) => weights[k] * Math.max(error / worst, 1e-3));
  }
  return Object.fromEntries(parts.map((part, p) => [part, rounded(prices[p])]));
}

function errorsOf(
  rows: readonly (readonly number[])[],
  wanted: readonly number[],
  prices: readonly number[],
): number[] {
  return rows.map((row, i) => wanted[i] - row.reduce((sum, share, p) => sum + share * prices[p], 0));
}

interface Problem {
  readonly rows: readonly (readonly number[])[];
  readonly wanted: readonly number[];
  readonly weights: readonly number[];
  readonly most: readonly number[];
}

/**
 * One price after the other at its best for the others, innermost loops first, again and again: by the normal equations
 * sum_q (X'WX)[p][q] price[q] = (X'W wanted)[p].
 */
function leastSquares({ rows, wanted, weights, most }: Problem, start: readonly number[]): number[] {
  const prices = [...start];
  const weighted = (p: number, of: (i: number) => number) =>
    rows.reduce((sum, row, i) => sum + weights[i] * row[p] * of(i), 0);
  const squares = prices.map((_, p) => prices.map((_, q) => weighted(p, (i) => rows[i][q])));
  const right = prices.map((_, p) => weighted(p, (i) => wanted[i]));
  const better = (p: number): number => {
    const left = squares[p].reduce((sum, square, q) => sum + square * prices[q], 0);
    const best = prices[p] + (right[p] - left) / squares[p][p];
    const step = Math.min(Math.max(0, best), most[p]) - prices[p];
    prices[p] += step;
    return Math.abs(step) / Math.max(prices[p], 1e-6);
  };
  for (let round = 0; round < ROUNDS; round++) {
    if (Math.max(...prices.map((_, p) => better(prices.length - 1 - p))) < 1e-7) break;
  }
  return prices;
}

/** Four digits; what is next to nothing is nothing. */
function rounded(price: number): number {
  return price < 1e-4 ? 0 : Number(price.toPrecision(4));
}

export function estimated(work: Work, prices: Readonly<Record<string, number>>): number {
  return Object.entries(work).reduce((sum, [part, count]) => sum + count * (prices[part] ?? 0), 0);
}

/** The text of src/kernels/prices.ts. */
export function pricesSource(prices: Prices): string {
  const lines = Object.entries(prices).flatMap(([core, kernels]) => [
    `  '${core}': {`,
    ...Object.entries(kernels).map(([kernel, parts]) => {
      const entries = Object.entries(parts).map(
        ([part, price]) => `${/^\w+$/.test(part) ? part : `'${part}'`}: ${price}`,
      );
      return `    ${kernel}: { ${entries.join(', ')} },`;
    }),
    '  },',
  ]);
  return `/**
 * Instructions for each part of a kernel's work (work.ts), by core and kernel: fitted to counts under QEMU. Written by
 * npm run bench:costs; do not edit.
 */
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: they were measured
// biome-ignore format: one kernel, one line
export const PRICES: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
${lines.join('\n')}
};
`;
}
