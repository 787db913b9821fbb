import { entropyBits } from './entropy.ts';

/**
 * Entropy-constrained scalar quantization of all weights of a model at once: minimize D + lambda H with
 * D = (1/N) sum h (w - c)^2 and H the entropy of the cells in bits per weight.
 * Source: Choi, El-Khamy, Lee, Towards the Limit of Network Quantization, ICLR 2017.
 */
export interface WeightedWeights {
  readonly weights: ArrayLike<number>;
  /** h: what a squared error of each weight costs. */
  readonly importance: ArrayLike<number>;
}

/** Bits per weight that a code needs whose symbols occur this often: the entropy, or what a real coder makes of it. */
export type SizeOf = (counts: readonly number[]) => number;

/**
 * The smallest step of a uniform quantizer (cells of this width around its multiples) whose codes need at most `bits`
 * per weight, to 0.1 %. Asymptotically no scalar quantizer is better at equal entropy (Gish and Pierce 1968).
 */
export function stepForBits(weights: ArrayLike<number>, bits: number, sizeOf: SizeOf = entropyBits): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]));
  if (largest === 0) return 1;
  let [low, high] = [largest / 2 ** 16, 2.5 * largest];
  while (high / low > 1.001) {
    const step = Math.sqrt(low * high);
    if (sizeOf(uniformCounts(weights, step)) <= bits) high = step;
    else low = step;
  }
  return high;
}

function uniformCounts(weights: ArrayLike<number>, step: number): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < weights.length; i++) {
    const code = Math.round(weights[i] / step) + 0;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts.values()];
}

export interface EntropyQuantizer {
  /** Ascending, zero among them. */
  readonly centres: Float64Array;
  /** Cell of each weight. */
  readonly cells: Uint8Array;
  readonly counts: readonly number[];
  readonly distortion: number;
  readonly entropy: number;
  readonly lambda: number;
}

const ROUNDS = 100;
const CONVERGED = 1e-4;

/**
 * The iterative method: cells by least h (w - c_j)^2 - lambda log2 p_j, then weighted means as centres and counts as
 * probabilities, until D + lambda H falls by less than 1e-4 of itself. Cells that run empty are dropped. The cell into
 * which a weight of zero falls has zero as its centre: another centre, however near, would move most weights of a layer
 * the same way.
 * @param size cells to start with, equally spaced from the smallest to the largest weight, at most 255
 */
export function entropyConstrained(
  { weights, importance }: WeightedWeights,
  lambda: number,
  size = 65,
): EntropyQuantizer {
  const n = weights.length;
  const cells = new Uint8Array(n);
  let centres = uniformCentres(weights, size);
  let bits = centres.map(() => Math.log2(centres.length));
  let previous = Infinity;
  let meanImportance = 0;
  for (let i = 0; i < n; i++) meanImportance += importance[i] / n;
  for (let round = 0; ; round++) {
    const sums = centres.map(() => ({ count: 0, mass: 0, moment: 0 }));
    let distortion = 0;
    for (let i = 0; i < n; i++) {
      const cell = cheapestCell(weights[i], importance[i], centres, bits, lambda);
      cells[i] = cell;
      distortion += (importance[i] * (weights[i] - centres[cell]) ** 2) / n;
      sums[cell].count++;
      sums[cell].mass += importance[i];
      sums[cell].moment += importance[i] * weights[i];
    }
    const counts = sums.map(({ count }) => count);
    const entropy = entropyBits(counts);
    const cost = distortion + lambda * entropy;
    if (round === ROUNDS || cost >= previous * (1 - CONVERGED)) {
      return { centres: Float64Array.from(centres), cells, counts, distortion, entropy, lambda };
    }
    previous = cost;
    const zero = cheapestCell(0, meanImportance, centres, bits, lambda);
    const kept = sums
      .map((sum, j) => ({ ...sum, centre: j === zero ? 0 : centres[j], pinned: j === zero }))
      .filter(({ count, pinned }) => count > 0 || pinned);
    centres = kept.map(({ centre, mass, moment, pinned }) => (pinned || mass === 0 ? centre : moment / mass));
    bits = kept.map(({ count }) => Math.log2(n / Math.max(count, 0.5)));
  }
}

function uniformCentres(weights: ArrayLike<number>, size: number): number[] {
  let [min, max] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    min = Math.min(min, weights[i]);
    max = Math.max(max, weights[i]);
  }
  if (min === max) return [0];
  const centres = Array.from({ length: size }, (_, j) => min + ((max - min) * j) / (size - 1));
  const nearest = centres.reduce((best, c, j) => (Math.abs(c) < Math.abs(centres[best]) ? j : best), 0);
  centres[nearest] = 0;
  return centres;
}

function cheapestCell(
  w: number,
  h: number,
  centres: readonly number[],
  bits: readonly number[],
  lambda: number,
): number {
  let best = 0;
  let least = Infinity;
  for (let j = 0; j < centres.length; j++) {
    const cost = h * (w - centres[j]) ** 2 + lambda * bits[j];
    if (cost >= least) continue;
    least = cost;
    best = j;
  }
  return best;
}

/** The iterative method with the smallest lambda whose code needs at most `bits` per weight. */
export function entropyConstrainedTo(
  source: WeightedWeights,
  bits: number,
  sizeOf: SizeOf = entropyBits,
  size = 65,
): EntropyQuantizer {
  const unit = entropyConstrained(source, 0, size).distortion || 1;
  let [low, high] = [unit * 2 ** -10, unit * 2 ** 20];
  let best = entropyConstrained(source, high, size);
  for (let step = 0; step < 24 && high / low > 1.02; step++) {
    const lambda = Math.sqrt(low * high);
    const attempt = entropyConstrained(source, lambda, size);
    if (sizeOf(attempt.counts) <= bits) {
      high = lambda;
      best = attempt;
    } else low = lambda;
  }
  return best;
}
