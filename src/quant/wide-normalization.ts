import type { NormalizationJob } from './normalization.ts';

/**
 * quant/normalization.ts in 64 bits, for rows of codes of 16 bits, and for those of 8 in files of other tools, whose results are
 * held to float32:
 *
 *     V   = 4^l (n (sum of x_i^2) - S^2) + E
 *     m   = V / 4^e, 2^48 <= m < 2^50;  q = floor(sqrt(m));  r = (2^49 + q / 2) / q
 *     X_i = (d_i r + half) >> (49 + e - l - F)                                2^F times the normal number
 *     y_i = clamp((X_i G + B) >> T)
 *
 * r is off by less than 2^-23 of itself. l raises E, epsilon n^2 4^l, above one half, by which it is rounded; 0 for codes of 16 bits.
 */
export interface WideNormalization {
  readonly epsilon: bigint;
  /** F. */
  readonly fraction: number;
  /** l. */
  readonly lift: number;
  readonly factors: Int32Array;
  readonly offsets: BigInt64Array;
  readonly shift: number;
}

/** n^2 times the square of a code, of up to 17 bits, stays below 2^62. */
export const LONGEST_WIDE_ROW = 2 ** 15;
/** Of r, in parts of itself: q is cut to, r rounded to, at least 24 bits. */
export const WIDE_ROOT_ERROR = 2 ** -23;

/** Largest G, and B in steps of the result: products with normal numbers, up to the root of the row's length, stay below 2^63. */
interface Limits {
  readonly fraction: number;
  readonly factor: number;
  readonly start: number;
  /** Of G behind its point. */
  readonly bits: number;
  lift(length: number): number;
}

const WORDS: Limits = { fraction: 20, factor: 2 ** 30, start: 2 ** 17, bits: 20, lift: () => 0 };
/** n x of up to 2^22 * 2^8, whose square, 4^l times, stays below 2^62. */
const BYTES: Limits = {
  ...{ fraction: 24, factor: 2 ** 27, start: 2 ** 12, bits: 24 },
  lift: (length) => 23 - Math.ceil(Math.log2(Math.max(1, length))),
};

const LARGEST_EPSILON = 2n ** 60n;

export function wideNormalization(job: NormalizationJob, codes: 'words' | 'bytes' = 'words'): WideNormalization {
  const { length, epsilon, inputScale, outputScale, zeroPoint, scale, bias } = job;
  const limits = codes === 'words' ? WORDS : BYTES;
  const { fraction } = limits;
  const slopes = Array.from(scale, (value) => value / outputScale);
  const largest = Math.max(2 ** -20, ...slopes.map(Math.abs));
  const bits = Math.min(limits.bits, Math.max(1 - fraction, Math.floor(Math.log2(limits.factor / largest))));
  const bounded = (value: number, limit: number) => Math.max(-limit, Math.min(value, limit));
  const lift = limits.lift(length);
  const exact = BigInt(Math.round(Math.min((epsilon / inputScale ** 2) * length * length * 4 ** lift, 2 ** 60)));
  return {
    epsilon: exact < 1n ? 1n : exact > LARGEST_EPSILON ? LARGEST_EPSILON : exact,
    fraction,
    lift,
    factors: Int32Array.from(slopes, (slope) => bounded(Math.round(slope * 2 ** bits), limits.factor)),
    offsets: BigInt64Array.from(bias as ArrayLike<number> & Iterable<number>, (value) => {
      const start = bounded(value / outputScale + zeroPoint, limits.start);
      return BigInt(Math.round((start + 0.5) * 2 ** (fraction + bits)));
    }),
    shift: fraction + bits,
  };
}
