import { affineOfRange, type CodeRange } from '../affine.ts';
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
  const values = Float64Array.from(bins, (bin) => (bin.min + bin.max) / 2);
  const counts = Float64Array.from(bins, (bin) => bin.count);
  let best = { low: 1, high: 1, error: squaredError(values, counts, full, codes) };
  const attempt = (low: number, high: number): void => {
    if (low <= 0 || high <= 0 || low > 1 || high > 1) return;
    const error = squaredError(values, counts, { min: full.min * low, max: full.max * high }, codes);
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

/** Sum over all values of (x - dequantize(quantize(x)))^2. */
function squaredError(values: Float64Array, counts: Float64Array, range: Range, codes: CodeRange): number {
  const { scale, zeroPoint } = affineOfRange(range.min, range.max, codes);
  const lowest = codes.min - zeroPoint;
  const highest = codes.max - zeroPoint;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const code = Math.min(Math.max(Math.round(values[i] / scale), lowest), highest);
    error += counts[i] * (values[i] - code * scale) ** 2;
  }
  return error;
}
