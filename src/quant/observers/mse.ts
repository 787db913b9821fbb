import { type Affine, affineOfRange, type CodeRange, realRange } from '../affine.ts';
import { nearestPow2Affine } from '../pow2-scale.ts';
import type { Bin } from './float-histogram.ts';

type Range = { readonly min: number; readonly max: number };

const COARSE_STEPS = 48;
const FINE_STEPS = 8;

/**
 * The range whose affine codes give the least squared error: first both ends shrink together towards zero, then each
 * end alone is moved around the best ratio. Values of a bin stand at its middle.
 */
export function mseRange(bins: readonly Bin[], observed: Range, codes: CodeRange): { min: number; max: number } {
  const full = { min: Math.min(observed.min, 0), max: Math.max(observed.max, 0) };
  const { values, counts } = middles(bins);
  let best = { low: 1, high: 1, error: squaredError(values, counts, affineOfRange(full.min, full.max, codes), codes) };
  const attempt = (low: number, high: number): void => {
    if (low <= 0 || high <= 0 || low > 1 || high > 1) return;
    const error = squaredError(values, counts, affineOfRange(full.min * low, full.max * high, codes), codes);
    if (error < best.error) best = { low, high, error };
  };
  for (let i = 1; i < COARSE_STEPS; i++) attempt(i / COARSE_STEPS, i / COARSE_STEPS);
  // An outlier on one side only: each end needs a ratio of its own.
  for (let i = 1; i <= COARSE_STEPS; i++) attempt(best.low, i / COARSE_STEPS);
  for (let i = 1; i <= COARSE_STEPS; i++) attempt(i / COARSE_STEPS, best.high);
  for (const step of [1 / (2 * COARSE_STEPS), 1 / (FINE_STEPS * COARSE_STEPS)]) {
    const { low, high } = best;
    for (let i = -2; i <= 2; i++) for (let j = -2; j <= 2; j++) attempt(low + i * step, high + j * step);
  }
  return { min: full.min * best.low, max: full.max * best.high };
}

/** The range near `range` whose scale is a power of two, a step finer or coarser, whichever gives less squared error. */
export function pow2Range(bins: readonly Bin[], range: Range, codes: CodeRange): { min: number; max: number } {
  const { values, counts } = middles(bins);
  const error = (affine: Affine) => squaredError(values, counts, affine, codes);
  return realRange(nearestPow2Affine(range.min, range.max, error, codes), codes);
}

function middles(bins: readonly Bin[]): { values: Float64Array; counts: Float64Array } {
  return {
    values: Float64Array.from(bins, (bin) => (bin.min + bin.max) / 2),
    counts: Float64Array.from(bins, (bin) => bin.count),
  };
}

/** Sum over all values of (x - dequantize(quantize(x)))^2. */
export function squaredError(
  values: Float64Array,
  counts: Float64Array,
  { scale, zeroPoint }: Affine,
  codes: CodeRange,
): number {
  const lowest = codes.min - zeroPoint;
  const highest = codes.max - zeroPoint;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const code = Math.min(Math.max(Math.round(values[i] / scale), lowest), highest);
    error += counts[i] * (values[i] - code * scale) ** 2;
  }
  return error;
}
