import type { NormalizationJob } from './normalization.ts';

/**
 * quant/normalization.ts for rows of codes of 16 bits, all in 64 bits:
 *
 *     m   = V / 4^e, 2^48 <= m < 2^50;  q = floor(sqrt(m));  r = (2^49 + q / 2) / q
 *     X_i = (d_i r + half) >> (49 + e - F)                                  2^F times the normal number
 *     y_i = clamp((X_i G + B) >> T)
 *
 * r is off by less than 2^-24 of itself.
 */
export interface WideNormalization {
  readonly epsilon: bigint;
  readonly fraction: number;
  readonly factors: Int32Array;
  readonly offsets: BigInt64Array;
  readonly shift: number;
}

/** n^2 times the square of a code, of up to 17 bits, stays below 2^62. */
export const LONGEST_WIDE_ROW = 2 ** 15;

const FRACTION = 20;
/** Of G, and of B in steps of the result. */
const LARGEST_FACTOR = 2 ** 30;
const LARGEST_START = 2 ** 17;
const MOST_BITS = 20;
const LARGEST_EPSILON = 2n ** 60n;

export function wideNormalization(job: NormalizationJob): WideNormalization {
  const { length, epsilon, inputScale, outputScale, zeroPoint, scale, bias } = job;
  const slopes = Array.from(scale, (value) => value / outputScale);
  const largest = Math.max(2 ** -20, ...slopes.map(Math.abs));
  const bits = Math.min(MOST_BITS, Math.max(1 - FRACTION, Math.floor(Math.log2(LARGEST_FACTOR / largest))));
  const bounded = (value: number, limit: number) => Math.max(-limit, Math.min(value, limit));
  const exact = BigInt(Math.round(Math.min((epsilon / inputScale ** 2) * length * length, 2 ** 60)));
  return {
    epsilon: exact < 1n ? 1n : exact > LARGEST_EPSILON ? LARGEST_EPSILON : exact,
    fraction: FRACTION,
    factors: Int32Array.from(slopes, (slope) => bounded(Math.round(slope * 2 ** bits), LARGEST_FACTOR)),
    offsets: BigInt64Array.from(bias as ArrayLike<number> & Iterable<number>, (value) => {
      const start = bounded(value / outputScale + zeroPoint, LARGEST_START);
      return BigInt(Math.round((start + 0.5) * 2 ** (FRACTION + bits)));
    }),
    shift: FRACTION + bits,
  };
}
