import { dot, inverseFactor } from '../../numerics/linear-algebra.ts';
import { must } from '../../support/errors.ts';
import type { RowGrid } from '../grids/grid.ts';
import { cheapestCode, type Rate } from './rate.ts';

/**
 * Rounding a row w of weights so that its products with real inputs x change least: minimize over codes q
 *
 *     E(q) = (w - s q) H (w - s q)^T        H = E x x^T of the inputs (or their covariance, when a bias takes the mean)
 *
 * Sources: Frantar and Alistarh, Optimal Brain Compression, 2022; Frantar et al., GPTQ, ICLR 2023 (one order for all
 * rows, one factorization). Any grid; every row has its own.
 */
export interface Rounder {
  /**
   * Codes of one row (grid levels), in the row's own order, as Float64Array. With a rate, what they cost to store counts
   * too: least E + lambda * bits.
   */
  round(row: Float64Array, grid: RowGrid, rate?: Rate | null): Float64Array;
  /** Codes with an E as low or lower, one by one changed. */
  improve(row: Float64Array, codes: Float64Array, grid: RowGrid): Float64Array;
  /**
   * What a squared error of one weight costs when the weights after it make up for it: the geometric mean over a row of
   * 1 / [H^-1]_jj for the weights from j on.
   */
  readonly curvature: number;
  /** E of these codes. */
  error(row: Float64Array, codes: Float64Array, scale: number): number;
}

export interface RounderOptions {
  /** Least frequent inputs last ("act order"): columns by descending H_jj. Default true. */
  readonly actOrder?: boolean;
  /** Single codes are changed afterwards as long as E falls. Default true. */
  readonly descend?: boolean;
}

/** Sweeps over a row; each one changes fewer codes than the one before. */
const MOST_SWEEPS = 30;

/** @param hessian H, n x n, positive definite: damped (see damped()) */
export function createRounder(hessian: Float64Array, n: number, options: RounderOptions = {}): Rounder {
  const { actOrder = true, descend = true } = options;
  const order = columnOrder(hessian, n, actOrder);
  const factor = must(inverseFactor(permuted(hessian, n, order), n), 'a positive definite Hessian');
  const logs = Array.from({ length: n }, (_, j) => -2 * Math.log(factor[j * n + j]));
  return {
    curvature: Math.exp(logs.reduce((a, b) => a + b, 0) / n),
    round(row, grid, rate = null) {
      const codes = new Float64Array(n);
      const sorted = compensated(
        order.map((j) => row[j]),
        factor,
        n,
        grid,
        rate,
      );
      order.forEach((j, i) => {
        codes[j] = sorted[i];
      });
      if (descend) descendRow(row, codes, hessian, n, grid, rate);
      return codes;
    },
    improve(row, codes, grid) {
      const improved = codes.slice();
      descendRow(row, improved, hessian, n, grid, null);
      return improved;
    },
    error: (row, codes, scale) => quadraticError(row, codes, scale, hessian, n),
  };
}

/**
 * Rounds column after column; what a rounding loses is made up for by all columns that are not rounded yet:
 *
 *     e = (w_j - s q_j) / U_jj,   w_k <- w_k - e U_jk for k > j        U upper triangular, U^T U = H^-1
 */
function compensated(
  row: Float64Array,
  factor: Float64Array,
  n: number,
  grid: RowGrid,
  rate: Rate | null,
): Float64Array {
  const { scale } = grid;
  const codes = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    // An error e of column j costs (e / U_jj)^2 once the others have made up for it.
    codes[j] = cheapestCode(row[j], factor[j * n + j] ** -2, grid, rate);
    const error = (row[j] - scale * codes[j]) / factor[j * n + j];
    if (error === 0) continue;
    for (let k = j + 1; k < n; k++) row[k] -= error * factor[j * n + k];
  }
  return codes;
}

/**
 * Coordinate descent: with all other codes fixed, the best real value of weight j is s q_j + g_j / H_jj for the
 * gradient g = (w - s q) H. Changes `codes` in place; E never rises.
 */
function descendRow(
  row: Float64Array,
  codes: Float64Array,
  hessian: Float64Array,
  n: number,
  grid: RowGrid,
  rate: Rate | null,
): void {
  const { scale } = grid;
  const bits = rate ? (code: number) => rate.lambda * rate.bits(code) : () => 0;
  const gradient = gradientOf(row, codes, scale, hessian, n);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let changed = false;
    for (let j = 0; j < n; j++) {
      const curvature = hessian[j * n + j];
      const code = cheapestCode(scale * codes[j] + gradient[j] / curvature, curvature, grid, rate);
      const step = (code - codes[j]) * scale;
      // E changes by step * (step H_jj - 2 g_j); a tie is no progress.
      if (step === 0) continue;
      const change = step * (step * curvature - 2 * gradient[j]) + bits(code) - bits(codes[j]);
      if (change >= -1e-12 * curvature * scale * scale) continue;
      codes[j] = code;
      for (let k = 0; k < n; k++) gradient[k] -= step * hessian[j * n + k];
      changed = true;
    }
    if (!changed) break;
  }
}

/** (w - s q) H */
function gradientOf(
  row: Float64Array,
  codes: Float64Array,
  scale: number,
  hessian: Float64Array,
  n: number,
): Float64Array {
  const gradient = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const miss = row[j] - scale * codes[j];
    if (miss === 0) continue;
    for (let k = 0; k < n; k++) gradient[k] += miss * hessian[j * n + k];
  }
  return gradient;
}

function quadraticError(
  row: Float64Array,
  codes: Float64Array,
  scale: number,
  hessian: Float64Array,
  n: number,
): number {
  const miss = row.map((w, j) => w - scale * codes[j]);
  const gradient = gradientOf(row, codes, scale, hessian, n);
  return dot(miss, 0, gradient, 0, n);
}

/** The scale of least E for fixed codes: (q H w) / (q H q); null when it is not positive. */
export function bestScale(row: Float64Array, codes: Float64Array, hessian: Float64Array, n: number): number | null {
  const product = gradientOf(new Float64Array(n), codes, -1, hessian, n);
  const power = dot(product, 0, codes, 0, n);
  const scale = dot(product, 0, row, 0, n) / power;
  return power > 0 && scale > 0 ? scale : null;
}

function columnOrder(hessian: Float64Array, n: number, descending: boolean): Float64Array {
  const order = Float64Array.from({ length: n }, (_, j) => j);
  return descending ? order.sort((a, b) => hessian[b * n + b] - hessian[a * n + a] || a - b) : order;
}

function permuted(matrix: Float64Array, n: number, order: Float64Array): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result[i * n + j] = matrix[order[i] * n + order[j]];
  }
  return result;
}
