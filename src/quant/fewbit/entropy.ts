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
