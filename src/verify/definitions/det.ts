import { elementCount } from '../../ir/shape.ts';
import { type Definition, LARGEST, numbers, withBeyond } from './definition.ts';

/**
 * By elimination with the largest pivot. What becomes of infinities, and of products that leave float32, depends on the order of
 * the eliminations; it is an infinity or no number.
 */
export const determinant: Definition = (_, inputs, { ofC }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x) return null;
  const n = tensor.shape.at(-1)!;
  const matrices = Array.from({ length: elementCount(tensor.shape.slice(0, -2)) }, (_, i) =>
    x.slice(i * n * n, (i + 1) * n * n),
  );
  const known = (matrix: Float64Array) => matrix.every(Number.isFinite);
  const exact = Float64Array.from(matrices, (matrix, i) => {
    if (n === 1) return matrix[0]!;
    if (!known(matrix)) return Number.NaN;
    const [value, y] = [eliminated(matrix, n), Number(ofC[i])];
    // Behind products that leave float32 in another order, what cancels is as precise as its terms.
    return reach(matrix, n) > LARGEST && Math.abs(y - value) <= LAST_BITS * reach(matrix, n) ? y : value;
  });
  return withBeyond(
    exact,
    ofC,
    (i) => n > 1 && !(matrices[i]!.every(Number.isFinite) && reach(matrices[i]!, n) <= LARGEST),
  );
};

const LAST_BITS = 2 ** -20;

function eliminated(matrix: Float64Array, n: number): number {
  const rows = Array.from({ length: n }, (_, r) => [...matrix.slice(r * n, (r + 1) * n)]);
  let product = 1;
  for (let c = 0; c < n; c++) {
    const pivot = rows
      .slice(c)
      .reduce((best, row, i) => (Math.abs(row[c]!) > Math.abs(rows[best]![c]!) ? c + i : best), c);
    if (rows[pivot]![c] === 0) return 0;
    if (pivot !== c) [rows[pivot], rows[c], product] = [rows[c]!, rows[pivot]!, -product];
    product *= rows[c]![c]!;
    for (const row of rows.slice(c + 1)) {
      const factor = row[c]! / rows[c]![c]!;
      for (let k = c; k < n; k++) row[k]! -= factor * rows[c]![k]!;
    }
  }
  return product;
}

/** No product of pivots is larger: elimination may double the largest element n - 1 times. */
function reach(matrix: Float64Array, n: number): number {
  const largest = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return Math.max(1, 2 ** (n - 1) * largest) ** n;
}
