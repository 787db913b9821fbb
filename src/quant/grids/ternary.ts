import { type Grid, gridOfLevels } from './grid.ts';

/** -1, 0, 1. */
export const TERNARY: Grid = gridOfLevels('ternary', [-1, 0, 1]);

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
