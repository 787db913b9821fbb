import { cholesky, multiplyRows, solveRows } from '../../numerics/linear-algebra.ts';
import { must } from '../../support/errors.ts';

/**
 * What calibration knows of the inputs of one group of a layer, x of the float model and x^ of the quantized one
 * (both real numbers; n of them meet one output).
 */
export interface Moments {
  readonly n: number;
  /** E x^ x^T and E x x^T (row x, column x^), n x n. */
  readonly quantized: Float64Array;
  readonly cross: Float64Array;
  /** E x and E x^. */
  readonly floatMean: Float64Array;
  readonly quantizedMean: Float64Array;
}

/** The quadratic problem that remains of a layer: round `target` by `hessian` (see compensate.ts). */
export interface RoundingProblem {
  readonly n: number;
  /** Damped, positive definite. */
  readonly hessian: Float64Array;
  /** Rows of n real weights that reproduce the float outputs from the quantized inputs best. */
  readonly target: Float64Array;
}

/**
 * min over Q of E |W x - Q x^|^2: expands to (T - Q) H (T - Q)^T + constant with H = E x^ x^T and the asymmetric target
 * T = W (E x x^T) H^-1. With a bias that is corrected afterwards the means cancel, and both are covariances.
 *
 * damping: this share of the mean diagonal is added to H and pulls T towards W. Inputs that never changed keep their
 * weights by it.
 */
export function roundingProblem(
  weights: Float64Array,
  moments: Moments,
  { damping = 0.01, centred = true }: { readonly damping?: number; readonly centred?: boolean } = {},
): RoundingProblem {
  const { n } = moments;
  const h = centred
    ? minusOuter(moments.quantized, moments.quantizedMean, moments.quantizedMean)
    : moments.quantized.slice();
  const cross = centred ? minusOuter(moments.cross, moments.floatMean, moments.quantizedMean) : moments.cross.slice();
  let mean = 0;
  for (let j = 0; j < n; j++) mean += h[j * n + j] / n;
  const lambda = mean > 0 ? damping * mean : 1;
  for (let j = 0; j < n; j++) {
    h[j * n + j] += lambda;
    cross[j * n + j] += lambda;
  }
  const target = solveRows(must(cholesky(h, n), 'a positive definite Hessian'), n, multiplyRows(weights, cross, n));
  return { n, hessian: h, target };
}

function minusOuter(matrix: Float64Array, left: Float64Array, right: Float64Array): Float64Array {
  const n = left.length;
  return matrix.map((value, i) => value - left[Math.floor(i / n)] * right[i % n]);
}
