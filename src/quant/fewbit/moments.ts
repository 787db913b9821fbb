import { cholesky, multiplyRows, solveRows } from '../../numerics/linear-algebra.ts';
import { must } from '../../support/errors.ts';

/**
 * What calibration knows of one group of a layer: the inputs x of the float model and x^ of the quantized one (real
 * numbers; n of them meet one output), and for each output the shortfall d that it is to make up for besides, as when
 * it is added to a value that lost d before.
 */
export interface Moments {
  readonly n: number;
  /** E x^ x^T and E x x^T (row x, column x^), n x n. */
  readonly quantized: Float64Array;
  readonly cross: Float64Array;
  /** E x and E x^. */
  readonly floatMean: Float64Array;
  readonly quantizedMean: Float64Array;
  /** E d x^T, [rows][n], and E d. */
  readonly shortfall: Float64Array;
  readonly shortfallMean: Float64Array;
}

/** Moments of two sets of samples taken together; `share` of the samples are in the first. */
export function joinMoments(first: Moments, second: Moments, share: number): Moments {
  const mix = (a: Float64Array, b: Float64Array) => a.map((value, i) => share * value + (1 - share) * b[i]);
  return {
    n: first.n,
    quantized: mix(first.quantized, second.quantized),
    cross: mix(first.cross, second.cross),
    floatMean: mix(first.floatMean, second.floatMean),
    quantizedMean: mix(first.quantizedMean, second.quantizedMean),
    shortfall: mix(first.shortfall, second.shortfall),
    shortfallMean: mix(first.shortfallMean, second.shortfallMean),
  };
}

/** In parts of the mean square of the inputs: what sums of float32 products are uncertain by. */
const LEAST_DAMPING = 1e-4;

/** The quadratic problem that remains of a layer: round `target` by `hessian` (see compensate.ts). */
export interface RoundingProblem {
  readonly n: number;
  /** Damped, positive definite. */
  readonly hessian: Float64Array;
  /** Rows of n real weights that give the wanted outputs from the quantized inputs best. */
  readonly target: Float64Array;
}

/**
 * min over Q of E |W x + d - Q x^|^2 is (T - Q) H (T - Q)^T + constant with H = E x^ x^T and the asymmetric target
 * T = (W E x x^T + E d x^T) H^-1. With a bias that is corrected afterwards the means cancel, and all are covariances.
 *
 * damping: this share of the mean diagonal is added to H and pulls T towards W. Inputs that never changed keep their
 * weights by it.
 */
export function roundingProblem(
  weights: Float64Array,
  moments: Moments,
  { damping = 0.01, centred = true }: { readonly damping?: number; readonly centred?: boolean } = {},
): RoundingProblem {
  const { n, quantizedMean } = moments;
  const part = (matrix: Float64Array, means: Float64Array) =>
    centred ? minusOuter(matrix, means, quantizedMean) : matrix.slice();
  const hessian = part(moments.quantized, quantizedMean);
  const cross = part(moments.cross, moments.floatMean);
  const shortfall = part(moments.shortfall, moments.shortfallMean);
  let [mean, power] = [0, 0];
  for (let j = 0; j < n; j++) {
    mean += hessian[j * n + j] / n;
    power += moments.quantized[j * n + j] / n;
  }
  // Inputs that hardly change leave a covariance of rounding errors.
  const lambda = Math.max(damping * mean, LEAST_DAMPING * power) || 1;
  for (let j = 0; j < n; j++) {
    hessian[j * n + j] += lambda;
    cross[j * n + j] += lambda;
  }
  const wanted = multiplyRows(weights, cross, n).map((value, i) => value + shortfall[i]);
  const target = solveRows(must(cholesky(hessian, n), 'a positive definite Hessian'), n, wanted);
  return { n, hessian, target };
}

function minusOuter(matrix: Float64Array, left: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  return matrix.map((value, i) => value - left[Math.floor(i / n)] * right[i % n]);
}

/**
 * E |W x + d + shift - Q x^|^2 over the samples of `moments`, summed over the rows of the group, but for a constant that
 * does not depend on Q and shift: to compare encodings on samples they were not fitted to.
 * @param rounded Q as real numbers, [rows][n]
 * @param shift what the bias of each row changed by, negated
 */
export function outputLoss(
  weights: Float64Array,
  rounded: Float64Array,
  shift: Float64Array,
  moments: Moments,
): number {
  const { n, quantized, cross, floatMean, quantizedMean } = moments;
  const wanted = multiplyRows(weights, cross, n);
  const power = multiplyRows(rounded, quantized, n);
  let loss = 0;
  for (let r = 0; r < shift.length; r++) {
    let gap = moments.shortfallMean[r];
    for (let i = r * n; i < (r + 1) * n; i++) {
      const j = i - r * n;
      loss += rounded[i] * (power[i] - 2 * (wanted[i] + moments.shortfall[i]));
      gap += weights[i] * floatMean[j] - rounded[i] * quantizedMean[j];
    }
    loss += shift[r] * (2 * gap + shift[r]);
  }
  return loss;
}
