import { type Grid, largestLevel, type RowGrid } from '../grids/grid.ts';
import { exponentOf, topExponent } from '../grids/pow2.ts';
import { fitTernary } from '../grids/ternary.ts';

type Numbers = ArrayLike<number>;

/** Octaves of scales tried: from the one that maps the largest weight onto 2 octaves below the top level, downwards. */
const OCTAVES_ABOVE = 1;
const OCTAVES_BELOW = 5;
const STEPS_PER_OCTAVE = 12;
const ROUNDS = 20;

/** sum h (w - s q(w / s))^2 */
export function gridError({ grid, scale }: RowGrid, weights: Numbers, importance?: Numbers): number {
  let error = 0;
  for (let i = 0; i < weights.length; i++) {
    const miss = weights[i] - scale * grid.nearest(weights[i] / scale);
    error += (importance?.[i] ?? 1) * miss * miss;
  }
  return error;
}

/**
 * The scale of a row with the least error sum h (w - s q(w / s))^2: the best of a geometric row of candidates, then
 * levels and scale fitted in turn. Exact for ternary grids. A row of zeros gets 1.
 * @param importance h, one per weight (the diagonal of a Hessian); default: all equal
 */
export function fitScale(grid: Grid, weights: Numbers, importance?: Numbers): number {
  const largest = maxAbs(weights);
  if (largest === 0 || largestLevel(grid) === 0) return 1;
  if (grid.name === 'ternary' && grid.levels.join() === '-1,0,1') {
    return positive(fitTernary(weights, importance).scale || largest);
  }
  const full = largest / largestLevel(grid);
  let best: RowGrid = { grid, scale: full };
  let least = gridError(best, weights, importance);
  for (let step = -OCTAVES_BELOW * STEPS_PER_OCTAVE; step <= OCTAVES_ABOVE * STEPS_PER_OCTAVE; step++) {
    const candidate = { grid, scale: full * 2 ** (step / STEPS_PER_OCTAVE) };
    const error = gridError(candidate, weights, importance);
    if (error >= least) continue;
    least = error;
    best = candidate;
  }
  return positive(polishScale(best, weights, importance));
}

/** Levels for the scale, then the best scale for the levels, until the error no longer falls. */
function polishScale({ grid, scale }: RowGrid, weights: Numbers, importance?: Numbers): number {
  let current = scale;
  let least = gridError({ grid, scale }, weights, importance);
  for (let round = 0; round < ROUNDS; round++) {
    let product = 0;
    let power = 0;
    for (let i = 0; i < weights.length; i++) {
      const h = importance?.[i] ?? 1;
      const level = grid.nearest(weights[i] / current);
      product += h * level * weights[i];
      power += h * level * level;
    }
    const next = power === 0 ? 0 : product / power;
    const error = next > 0 ? gridError({ grid, scale: next }, weights, importance) : Infinity;
    if (error >= least) break;
    least = error;
    current = next;
  }
  return current;
}

/** The choice of the largest exponent: 'max' is INQ's rule, 'mse' the exponent of least error. */
export const EXPONENT_RULES = ['mse', 'max'] as const;
export type ExponentRule = (typeof EXPONENT_RULES)[number];

/**
 * The scale 2^n2 of a power-of-two grid for these weights (a row's or a whole layer's): its top level stands for 2^n1. Of
 * another grid a scale that is a power of two: the largest power among its levels, or below them, stands for 2^n1.
 *
 * mse: n1 in {n + 1 .. n - 5} around the paper's n, by least sum h (w - q)^2. The paper's n1 follows the largest weight,
 * which at 2 and 3 bits rounds almost all others to zero. Weights of zero give n1 = 0 by either rule.
 */
export function fitPow2Scale(grid: Grid, weights: Numbers, rule: ExponentRule, importance?: Numbers): number {
  const paper = topExponent(maxAbs(weights));
  const top = 2 ** exponentOf(largestLevel(grid));
  const scaleOf = (n1: number) => 2 ** n1 / top;
  if (rule === 'max' || maxAbs(weights) === 0) return scaleOf(paper);
  const candidates = [0, 1, -1, -2, -3, -4, -5].map((step) => scaleOf(paper + step));
  const errors = candidates.map((scale) => gridError({ grid, scale }, weights, importance));
  return candidates[errors.indexOf(Math.min(...errors))];
}

export function maxAbs(weights: Numbers): number {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]));
  return largest;
}

/** As the graph keeps scales; never zero. */
function positive(scale: number): number {
  return Math.max(Math.fround(scale), 2 ** -126);
}
