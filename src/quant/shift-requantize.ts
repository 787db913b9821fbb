import { scaleParts } from './imported-scales.ts';
import type { AccumulatorBound, Requantization } from './requantize.ts';

/**
 * Requantization whose multipliers are powers of two, without the multiplication:
 *
 *     y = clamp(zeroPoint + ((sum * 2^left + bias[c]) >> shift[c]))       all in int32, floor shift
 *
 * The same integers as (acc * 2^leftShift * 2^k + 2^31) >> 32 with acc = sum + bias: shift = 32 - leftShift - k, and the
 * rounding term 2^(shift - 1) is in `bias`. Scales of 2 and more shift left before.
 */
export interface ShiftRequantization {
  readonly left: number;
  readonly shift: Uint8Array;
  readonly bias: Int32Array;
}

const INT32_MAX = 2 ** 31 - 1;

/**
 * @param bias of the accumulators, one per channel
 * @param sums every partial sum without bias
 * Null when some multiplier is no power of two, or a sum could leave int32.
 */
export function shiftRequantization(
  requantization: Requantization,
  bias: Int32Array,
  sums: AccumulatorBound,
): ShiftRequantization | null {
  const parts = Array.from(requantization.multiplier, (m) => scaleParts(requantization, m));
  if (requantization.form === 'wide' || parts.some(({ mantissa, snaps }) => snaps || (mantissa & (mantissa - 1)) !== 0))
    return null;
  const wanted = parts.map(({ mantissa, shift }) => shift - (31 - Math.clz32(mantissa)));
  const left = Math.max(0, -Math.min(...wanted));
  const shift = Uint8Array.from(wanted, (s) => s + left);
  const rounded = Array.from(bias, (b, c) => b * 2 ** left + (shift[c] > 0 ? 2 ** (shift[c] - 1) : 0));
  const fits = rounded.every(
    (b) =>
      Math.max(b, 0) + sums.max * 2 ** left <= INT32_MAX && Math.min(b, 0) + sums.min * 2 ** left >= -INT32_MAX - 1,
  );
  return fits && shift.every((s) => s < 32) ? { left, shift, bias: Int32Array.from(rounded) } : null;
}
