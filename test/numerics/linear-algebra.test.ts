import { describe, expect, test } from 'vitest';
import { cholesky, inverseFactor, multiplyRows, solveRows, transpose } from '../../src/numerics/linear-algebra.ts';
import { createRng } from '../../src/numerics/rng.ts';

/** X^T X + small diagonal: symmetric positive definite. */
function randomHessian(n: number, seed: number): Float64Array {
  const rng = createRng(seed);
  const x = Float64Array.from({ length: 2 * n * n }, () => rng.normal());
  const h = new Float64Array(n * n);
  for (let row = 0; row < 2 * n; row++) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) h[i * n + j] += x[row * n + i] * x[row * n + j];
  }
  return h;
}

const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

describe.each([1, 2, 7, 40])('%d x %d', (n) => {
  const h = randomHessian(n, n);

  test('L L^T = A, zeros above the diagonal', () => {
    const l = cholesky(h, n) as Float64Array;
    expect(largestDifference(multiplyRows(l, transpose(l, n), n), h)).toBeLessThan(1e-9);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
  });

  test('X A = B', () => {
    const rng = createRng(n + 1);
    const x = Float64Array.from({ length: 3 * n }, () => rng.normal());
    const solved = solveRows(cholesky(h, n) as Float64Array, n, multiplyRows(x, h, n));
    expect(largestDifference(solved, x)).toBeLessThan(1e-8);
  });

  test('U^T U A = 1, zeros below the diagonal', () => {
    const u = inverseFactor(h, n) as Float64Array;
    const inverse = multiplyRows(transpose(u, n), u, n);
    expect(largestDifference(multiplyRows(inverse, h, n), identity(n))).toBeLessThan(1e-7);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(u[i * n + j]).toBe(0);
  });
});

test('what is not positive definite has no factor', () => {
  expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBe(null);
  expect(cholesky(Float64Array.of(0), 1)).toBe(null);
  expect(inverseFactor(Float64Array.of(1, 2, 2, 1), 2)).toBe(null);
  expect(cholesky(Float64Array.of(Number.NaN), 1)).toBe(null);
});
