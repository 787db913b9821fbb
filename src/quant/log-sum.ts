import type { Affine } from './affine.ts';
import { softmaxTable } from './softmax-table.ts';

/**
 * Logarithm of a sum of exponentials over int8 codes, of `length` of them, and what is left of each code without it:
 *
 *     d_i = max_j x_j - x_i                                        0 .. 255
 *     sum = table[d_0] + ... + table[d_(n-1)]                      the table of softmax-table.ts; below 2^32
 *     L   = log2(sum), rounded down to 2^-12                       by squaring, see log2Steps
 *     LogSoftmax        y_i = clamp((start - d_i A - L B) >> S)
 *     ReduceLogSumExp   y   = clamp((start + max_j x_j A + L B) >> S)
 *
 * A is the step of x, B that of L, in 2^-S of a step of y; zero points, the bits of the table and half a step are in `start`.
 */
export interface LogSum {
  readonly table: Uint32Array;
  /** A. */
  readonly code: number;
  /** B. */
  readonly logarithm: number;
  readonly start: number;
  /** S. */
  readonly shift: number;
}

export const LOG2_BITS = 12;
const LARGEST_LOG2 = 32 * 2 ** LOG2_BITS;
const MAX_SHIFT = 22;
const INT32_MAX = 2 ** 31 - 1;

/** @param sign of the logarithm in y: 1 ReduceLogSumExp, -1 LogSoftmax */
export function logSum(x: Affine, y: Affine, length: number, sign: 1 | -1): LogSum {
  const { table, bits } = softmaxTable(x.scale, length);
  // Steps beyond this saturate.
  const ratio = Math.min(x.scale / y.scale, 2 ** 20);
  const octave = Math.min(Math.LN2 / y.scale, 2 ** 20);
  const make = (shift: number): LogSum => {
    const code = Math.round(ratio * 2 ** shift);
    const logarithm = Math.round(octave * 2 ** (shift - LOG2_BITS));
    const half = shift > 0 ? 2 ** (shift - 1) : 0;
    const own = sign * bits * 2 ** LOG2_BITS * logarithm + (sign === 1 ? x.zeroPoint * code : 0);
    return { table, code, logarithm, start: y.zeroPoint * 2 ** shift + half - own, shift };
  };
  let shift = MAX_SHIFT;
  while (shift > 0 && !fitsInt32(make(shift))) shift--;
  return make(shift);
}

function fitsInt32({ code, logarithm, start }: LogSum): boolean {
  return Math.abs(start) + 255 * code + LARGEST_LOG2 * logarithm <= INT32_MAX;
}
