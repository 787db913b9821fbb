import type { Affine } from './affine.ts';
import { exponentialOf, POWER_BITS } from './wide-softmax.ts';

/**
 * Logarithm of a sum of exponentials over codes of 16 bits, or into such, and what is left of each code without it:
 *
 *     d_i = max_j x_j - x_i                                        0 .. 65535
 *     sum = w_0 + ... + w_(n-1)                                    as wide-softmax.ts has them; below 2^48
 *     L   = log2(sum), rounded down to 2^-18                       the sum halved until it has 32 bits; by squaring
 *     LogSoftmax        y_i = clamp((start - d_i A - L B) >> S)
 *     ReduceLogSumExp   y   = clamp((start + max_j x_j A + L B) >> S)
 *
 * A, B and `start` as in log-sum.ts, of 32 and 64 bits.
 */
export interface WideLogSum {
  /** Of exponentials. */
  readonly multiplier: number;
  readonly shift: number;
  /** A. */
  readonly code: number;
  /** B. */
  readonly logarithm: number;
  readonly start: bigint;
  /** S. */
  readonly fraction: number;
}

export const WIDE_LOG2_BITS = 18;
const INT32_MAX = 2 ** 31 - 1;

/** @param sign of the logarithm in y: 1 ReduceLogSumExp, -1 LogSoftmax */
export function wideLogSum(x: Affine, y: Affine, sign: 1 | -1): WideLogSum {
  // Steps beyond this saturate.
  const ratio = Math.min(x.scale / y.scale, 2 ** 20);
  const octave = Math.min(Math.LN2 / y.scale, 2 ** 20);
  const fits = (bits: number) => Math.max(ratio * 2 ** bits, octave * 2 ** (bits - WIDE_LOG2_BITS)) <= INT32_MAX;
  let fraction = 40;
  while (!fits(fraction)) fraction--;
  const code = Math.round(ratio * 2 ** fraction);
  const logarithm = Math.round(octave * 2 ** (fraction - WIDE_LOG2_BITS));
  const own = BigInt(sign * POWER_BITS * 2 ** WIDE_LOG2_BITS * logarithm) + BigInt(sign === 1 ? x.zeroPoint * code : 0);
  const start = BigInt(y.zeroPoint * 2 ** fraction) + (1n << BigInt(fraction - 1)) - own;
  return { ...exponentialOf(x.scale), code, logarithm, start, fraction };
}
