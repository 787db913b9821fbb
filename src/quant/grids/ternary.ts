import { invariant } from '../../support/errors.ts';
import { type Grid, gridOfLevels, type RowGrid } from './grid.ts';

/** -1, 0, 1. */
export const TERNARY: Grid = gridOfLevels('ternary', [-1, 0, 1]);

/** The larger of two ternary scales is this code. */
const TOP = 127;

/**
 * Weights -negative, 0 and +positive (either may be 0: that side is empty) as codes that share a scale: the larger one
 * is 127 steps, the other is rounded to a whole number of them, so it is off by at most 0.4 % of the larger.
 */
export function asymmetricTernary(positive: number, negative: number): RowGrid {
  const top = Math.max(positive, negative);
  invariant(positive >= 0 && negative >= 0 && Number.isFinite(top), `${negative} and ${positive} are no two scales`);
  if (top === 0) return { grid: gridOfLevels('ternary', [0]), scale: 1 };
  const scale = Math.fround(top / TOP);
  const codes = [-Math.round(negative / scale), 0, Math.round(positive / scale)];
  return { grid: gridOfLevels('ternary', [...new Set(codes.map((code) => code + 0))]), scale };
}

export interface TernaryFit {
  /** What a non-zero weight stands for; 0 when there is none. */
  readonly scale: number;
  /** How many of the largest magnitudes are not zero. */
  readonly count: number;
}

/**
 * The exact optimum of sum h (w - a t)^2 over a and t in {-1, 0, 1}: with the magnitudes in descending order and the
 * first k kept, a = S_k / H_k (S the prefix sums of h |w|, H those of h), and k maximizes S_k^2 / H_k.
 * @param importance h, one per weight; default: all equal
 */
export function fitTernary(weights: ArrayLike<number>, importance?: ArrayLike<number>): TernaryFit {
  const order = Array.from({ length: weights.length }, (_, i) => i).sort(
    (a, b) => Math.abs(weights[b]) - Math.abs(weights[a]),
  );
  let best = 0;
  let fit: TernaryFit = { scale: 0, count: 0 };
  let sum = 0;
  let mass = 0;
  order.forEach((index, k) => {
    const h = importance?.[index] ?? 1;
    sum += h * Math.abs(weights[index]);
    mass += h;
    if (sum === 0 || sum ** 2 / mass <= best) return;
    best = sum ** 2 / mass;
    fit = { scale: sum / mass, count: k + 1 };
  });
  return fit;
}

/** The same for the two signs apart: the best -negative, 0, +positive. */
export function fitAsymmetricTernary(
  weights: ArrayLike<number>,
  importance?: ArrayLike<number>,
): { readonly positive: number; readonly negative: number } {
  const side = (sign: number) => {
    const index = Array.from({ length: weights.length }, (_, i) => i).filter((i) => sign * weights[i] > 0);
    return fitTernary(
      index.map((i) => weights[i]),
      importance && index.map((i) => importance[i]),
    ).scale;
  };
  return { positive: side(1), negative: side(-1) };
}

/** The threshold of ternary weight networks, 0.7 mean|w|: what is larger is kept. Li and Liu, 2016. */
export function twnThreshold(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += Math.abs(weights[i]);
  return weights.length === 0 ? 0 : (0.7 * sum) / weights.length;
}

/** Mean of the magnitudes above a threshold, 0 when there is none: the best scale for that threshold. */
export function scaleAbove(weights: ArrayLike<number>, threshold: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (Math.abs(weights[i]) <= threshold) continue;
    sum += Math.abs(weights[i]);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
