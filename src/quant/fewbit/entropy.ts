/** How often each code occurs. */
export function countCodes(codes: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < codes.length; i++) counts.set(codes[i], (counts.get(codes[i]) ?? 0) + 1);
  return counts;
}

/** Shannon entropy in bits per symbol: no prefix code is shorter on average. */
export function entropyBits(counts: Iterable<number>): number {
  const positive = [...counts].filter((count) => count > 0);
  const total = positive.reduce((a, b) => a + b, 0);
  return positive.reduce((bits, count) => bits - (count / total) * Math.log2(count / total), 0);
}

/**
 * The compression ratio of Choi et al. (2017): N b / (sum_j (|C_j| + 1) b_j + k b) for N weights of b = 32 bits, cell
 * counts |C_j|, code lengths b_j and a table of k code words and k values.
 */
export function compressionRatio(counts: readonly number[], lengths: readonly number[], bits = 32): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const coded = counts.reduce((sum, count, j) => sum + (count + 1) * lengths[j], 0);
  return (total * bits) / (coded + counts.length * bits);
}
