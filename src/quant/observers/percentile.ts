import type { Bin } from './float-histogram.ts';

/**
 * The range that leaves out a share of 1 - percentile / 100 of all values at each end.
 * Values are taken as evenly spread inside a bin.
 */
export function percentileRange(bins: readonly Bin[], percentile: number): { min: number; max: number } {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const cut = total * (1 - percentile / 100);
  const mirrored = bins.map(({ min, max, count }) => ({ min: -max, max: -min, count })).reverse();
  return { min: -upperEnd(mirrored, cut), max: upperEnd(bins, cut) };
}

/** The value with `cut` values above it. */
function upperEnd(bins: readonly Bin[], cut: number): number {
  let above = 0;
  for (let i = bins.length - 1; i >= 0; i--) {
    const { min, max, count } = bins[i];
    if (above + count > cut) return max - ((cut - above) / count) * (max - min);
    above += count;
  }
  return bins[0]?.min ?? 0;
}
