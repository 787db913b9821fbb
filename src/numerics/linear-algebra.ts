import { invariant } from '../support/errors.ts';

/**
 * Dense matrices in double precision: Float64Array in row-major order, the size beside it. "Symmetric" arguments are
 * read in their lower triangle only.
 */

/** L with L L^T = A (lower triangle, zeros above), or null when the n x n symmetric A is not positive definite. */
export function cholesky(a: Float64Array, n: number): Float64Array | null {
  invariant(a.length === n * n, `${a.length} elements are no ${n} x ${n} matrix`);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = a[i * n + j] - dot(l, i * n, l, j * n, j);
      if (i > j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0 && Number.isFinite(sum)) l[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

/** X with X A = B for the factor L of A = L L^T; B holds rows of n numbers. */
export function solveRows(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice();
  const columns = transpose(l, n);
  for (let row = 0; row < x.length; row += n) {
    for (let i = 0; i < n; i++) x[row + i] = (x[row + i] - dot(l, i * n, x, row, i)) / l[i * n + i];
    for (let i = n - 1; i >= 0; i--) {
      const after = dot(columns, i * n + i + 1, x, row + i + 1, n - i - 1);
      x[row + i] = (x[row + i] - after) / l[i * n + i];
    }
  }
  return x;
}

/**
 * The upper triangular U with U^T U = A^-1, or null when A is not positive definite. Factoring A with its rows and
 * columns in reverse order gives an upper R with R R^T = A; U is its inverse, so A itself is never inverted.
 */
export function inverseFactor(a: Float64Array, n: number): Float64Array | null {
  const factor = cholesky(reversed(a), n);
  if (!factor) return null;
  const r = factor.reverse();
  const u = new Float64Array(n * n);
  // Columns of U as rows, so that the sums run along memory: sum over k of R[i][k] U[k][j] = 0 for i < j.
  for (let j = 0; j < n; j++) {
    u[j * n + j] = 1 / r[j * n + j];
    for (let i = j - 1; i >= 0; i--) {
      u[j * n + i] = -dot(r, i * n + i + 1, u, j * n + i + 1, j - i) / r[i * n + i];
    }
  }
  return transpose(u, n);
}

/** Lower triangle of the matrix with rows and columns in reverse order: element (i, j) was (n-1-j, n-1-i). */
function reversed(a: Float64Array): Float64Array {
  const n = Math.sqrt(a.length);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) result[i * n + j] = a[(n - 1 - j) * n + (n - 1 - i)];
  }
  return result;
}

export function transpose(a: Float64Array, rows: number, columns = rows): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j];
  return result;
}

/** A B for A of rows of n numbers and an n x n matrix B. */
export function multiplyRows(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let row = 0; row < a.length; row += n) {
    for (let k = 0; k < n; k++) {
      const factor = a[row + k];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[row + j] += factor * b[k * n + j];
    }
  }
  return result;
}

/** Sum of a[from + i] * b[at + i] over `count` elements. */
export function dot(a: Float64Array, from: number, b: Float64Array, at: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[from + i] * b[at + i];
  return sum;
}
