import type { RowGrid } from '../grids/grid.ts';
import { gridError } from './fit-scale.ts';

/** Weights [rows][n] and the importance of each (the diagonal of a Hessian). */
export interface Rows {
  readonly weights: Float64Array;
  readonly importance: Float64Array;
  readonly rows: number;
}

export function perRow<T>(
  { weights, importance, rows }: Rows,
  use: (row: Float64Array, h: Float64Array, r: number) => T,
): T[] {
  const n = weights.length / rows;
  return Array.from({ length: rows }, (_, r) =>
    use(weights.subarray(r * n, (r + 1) * n), importance.subarray(r * n, (r + 1) * n), r),
  );
}

/** Rows from .. to - 1 as a layer of their own. */
export function someRows({ weights, importance, rows }: Rows, from: number, to: number): Rows {
  const n = weights.length / rows;
  const part = (all: Float64Array) => all.subarray(from * n, to * n);
  return { weights: part(weights), importance: part(importance), rows: to - from };
}

/** Of several ways to put the rows on grids, the one with the least weighted squared error. */
export function leastError(candidates: readonly RowGrid[][], layer: Rows): RowGrid[] {
  const errors = candidates.map((grids) =>
    perRow(layer, (row, h, r) => gridError(grids[r], row, h)).reduce((a, b) => a + b, 0),
  );
  return candidates[errors.indexOf(Math.min(...errors))];
}
