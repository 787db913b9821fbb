import type { RoundedRows } from './round-rows.ts';

export interface CorrectedRows {
  readonly rows: RoundedRows;
  /** What every weight of a row is to be moved by besides: the bias can do it, times the mean of the inputs' sum. */
  readonly shifts: Float64Array;
}

/**
 * Gives every row of rounded weights the mean and the deviation that it had before:
 *
 *     w <- xi (q - E q) + E w,   xi = |w - E w| / |q - E q|
 *
 * xi goes into the row's scale, the rest, E w - xi E q, is the shift. A row of equal weights keeps its scale.
 * Source: Banner et al. (ACIQ), NeurIPS 2019, in the form of the authors' code.
 */
export function correctMoments(weights: Float64Array, { codes, grids }: RoundedRows): CorrectedRows {
  const n = weights.length / grids.length;
  const shifts = new Float64Array(grids.length);
  const corrected = grids.map((row, r) => {
    const before = momentsOf(weights.subarray(r * n, (r + 1) * n));
    const after = momentsOf(codes.subarray(r * n, (r + 1) * n).map((code) => code * row.scale));
    const ratio = before.norm > 0 && after.norm > 0 ? before.norm / after.norm : 1;
    shifts[r] = before.mean - ratio * after.mean;
    return { ...row, scale: Math.fround(row.scale * ratio) };
  });
  return { rows: { codes, grids: corrected }, shifts };
}

function momentsOf(row: Float64Array): { readonly mean: number; readonly norm: number } {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  return { mean, norm: Math.sqrt(row.reduce((sum, w) => sum + (w - mean) ** 2, 0)) };
}
