/**
 * Ridge regression: the weights W [features, classes] that minimise |X W - Y|^2 + lambda |W|^2,
 * from (X'X + lambda I) W = X'Y by a Cholesky factorisation. X [samples, features] and Y [samples, classes] are row-major.
 */
export function ridge(x: Float64Array, y: Float64Array, samples: number, lambda: number): Float64Array {
  const features = x.length / samples;
  const gram = transposedProduct(x, x, samples);
  for (let i = 0; i < features; i++) gram[i * features + i] += lambda;
  const weights = transposedProduct(x, y, samples);
  solve(gram, weights, features);
  return weights;
}

/** A'B for A [rows, n] and B [rows, m]: [n, m]. */
function transposedProduct(a: Float64Array, b: Float64Array, rows: number): Float64Array {
  const n = a.length / rows;
  const m = b.length / rows;
  const product = new Float64Array(n * m);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < n; i++) {
      const factor = a[row * n + i];
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) product[i * m + j] += factor * b[row * m + j];
    }
  }
  return product;
}

/** Replaces B [n, m] by the solution of A X = B; A [n, n] symmetric positive definite, overwritten by its factor L. */
function solve(a: Float64Array, b: Float64Array, n: number): void {
  const m = b.length / n;
  factorise(a, n);
  for (let column = 0; column < m; column++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * m + column];
      for (let k = 0; k < i; k++) sum -= a[i * n + k] * b[k * m + column];
      b[i * m + column] = sum / a[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * m + column];
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i] * b[k * m + column];
      b[i * m + column] = sum / a[i * n + i];
    }
  }
}

/** A = L L' (Cholesky); L replaces the lower triangle. */
function factorise(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
  }
}
