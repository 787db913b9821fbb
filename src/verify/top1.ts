/** The place of the largest element; of several the first. */
export function largest(data: ArrayLike<number | bigint>): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  return best;
}

/** Share of samples whose largest output is the label's. */
export function top1(winners: readonly number[], labels: Int32Array | null): number | null {
  if (!labels || winners.length === 0) return null;
  return winners.filter((winner, i) => winner === labels[i]).length / winners.length;
}
