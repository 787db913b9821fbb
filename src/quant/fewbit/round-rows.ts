import type { RowGrid } from '../grids/grid.ts';
import { bestScale, type Rounder } from './compensate.ts';
import type { RoundingProblem } from './moments.ts';
import type { Rate } from './rate.ts';

/** A layer's weights on their grids: w = scale of the row * code. */
export interface RoundedRows {
  /** [rows][n] */
  readonly codes: Float64Array;
  readonly grids: readonly RowGrid[];
}

/** Every weight to the level nearest to it. */
export function roundNearest(weights: Float64Array, grids: readonly RowGrid[]): RoundedRows {
  const n = weights.length / grids.length;
  const codes = weights.map((w, i) => {
    const { grid, scale } = grids[Math.floor(i / n)];
    return grid.nearest(w / scale);
  });
  return { codes, grids };
}

/** Scales tried beside the fitted one: compensation prefers somewhat smaller or larger ones, row by row. */
const FREE = [1, 0.7, 0.78, 0.84, 0.9, 0.95, 1.06, 1.13];
const REFITS = 4;

export interface CompensateOptions {
  /** Factors by which each row's scale may be changed; `null`: any. */
  readonly factors: readonly number[] | null;
  /** What codes cost to store; default: nothing. */
  readonly rate?: Rate;
}

/** Error-compensated rounding of every row (see compensate.ts), with the scale that suits it best. */
export function roundCompensated(
  { n, target, hessian }: RoundingProblem,
  grids: readonly RowGrid[],
  rounder: Rounder,
  { factors, rate }: CompensateOptions,
): RoundedRows {
  const codes = new Float64Array(target.length);
  const chosen = grids.map((fitted, r) => {
    const row = target.subarray(r * n, (r + 1) * n);
    const attempt = (scale: number): Attempt => {
      const grid = { ...fitted, scale };
      const rounded = rounder.round(row, grid, rate);
      return { grid, codes: rounded, error: rounder.error(row, rounded, scale) };
    };
    let best = (factors ?? FREE).map((factor) => attempt(Math.fround(fitted.scale * factor))).reduce(better);
    for (let refit = 0; factors === null && refit < REFITS; refit++) {
      const scale = bestScale(row, best.codes, hessian, n);
      const next = scale === null ? best : attempt(Math.fround(scale));
      if (next.error >= best.error) break;
      best = next;
    }
    codes.set(best.codes, r * n);
    const scale = rate ? bestScale(row, best.codes, hessian, n) : null;
    return scale === null ? best.grid : { ...best.grid, scale: Math.fround(scale) };
  });
  return { codes, grids: chosen };
}

/** Every row rounded once more by another rounder, with the scale that it has; the codes of less error stay. */
export function roundAgain(
  { n, target }: RoundingProblem,
  { codes, grids }: RoundedRows,
  rounder: Rounder,
): RoundedRows {
  const better = codes.slice();
  for (const [r, grid] of grids.entries()) {
    const row = target.subarray(r * n, (r + 1) * n);
    const again = rounder.round(row, grid);
    const before = codes.subarray(r * n, (r + 1) * n);
    if (rounder.error(row, again, grid.scale) < rounder.error(row, before, grid.scale)) better.set(again, r * n);
  }
  return { codes: better, grids };
}

interface Attempt {
  readonly grid: RowGrid;
  readonly codes: Float64Array;
  readonly error: number;
}

function better(a: Attempt, b: Attempt): Attempt {
  return b.error < a.error ? b : a;
}
