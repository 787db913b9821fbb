/**
 * Rows of n int8 codes x - zero point, brought to unit variance (or unit mean square) in integers:
 *
 *     d_i = n x_i - S, S the sum of the row (0 where the mean is left)       n times the distance from the mean
 *     V   = n (sum of x_i^2) - S^2 + E                                      n^2 (variance + epsilon), 64 bits
 *     m   = V / 4^e, 2^30 <= m < 2^32;  q = floor(sqrt(m));  r = (2^31 + q / 2) / q
 *     X_i = (d_i r + half) >> (31 + e - F)                                  2^F times the normal number
 *     y_i = clamp((X_i G + B) >> T)                                         scale and bias; half a step is in B
 *
 * Divisions round down. r is off by less than 2^-14 of itself, X by half a step more.
 */
export interface Normalization {
  /** E; a row that is constant stays zero. */
  readonly epsilon: bigint;
  /** F. */
  readonly fraction: number;
  readonly factors: Int16Array;
  readonly offsets: Int32Array;
  /** T. */
  readonly shift: number;
}

export const LONGEST_ROW = 2 ** 22;
/** Of r, in parts of itself: q is cut to, r rounded to, at least 15 bits. */
export const ROOT_ERROR = 2 ** -14;

const INT32_MAX = 2 ** 31 - 1;
const LARGEST_EPSILON = 2n ** 60n;

export interface NormalizationJob {
  readonly length: number;
  /** In real numbers. */
  readonly epsilon: number;
  readonly inputScale: number;
  readonly outputScale: number;
  readonly zeroPoint: number;
  /** What the normal number is multiplied by, and what is added then: of equal length. */
  readonly scale: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

export function normalizationParameters(job: NormalizationJob): Normalization {
  const { length, epsilon, inputScale, outputScale, zeroPoint, scale, bias } = job;
  // No normal number is above sqrt(n): X stays below 2^18, and no shift of it is below 1.
  const fraction = Math.min(15, 18 - Math.ceil(Math.log2(Math.max(1, length)) / 2));
  const most = Math.sqrt(length) * 2 ** fraction + 1;
  const slopes = Array.from(scale, (value) => value / outputScale);
  const starts = Array.from(bias, (value) => value / outputScale + zeroPoint);
  const make = (bits: number) => {
    const shift = fraction + bits;
    const factors = slopes.map((slope) => Math.round(slope * 2 ** bits));
    const offsets = starts.map((start) => Math.round((start + 0.5) * 2 ** shift));
    const fits = factors.every((factor, i) => {
      return Math.abs(factor) < 2 ** 15 && Math.abs(factor) * most + Math.abs(offsets[i]) <= INT32_MAX;
    });
    return { shift, factors, offsets, fits };
  };
  let bits = 14;
  while (bits > -fraction && !make(bits).fits) bits--;
  const { shift, factors, offsets } = make(bits);
  const steps = epsilon / inputScale ** 2;
  const exact = BigInt(Math.round(Math.min(steps * length * length, 2 ** 60)));
  return {
    epsilon: exact < 1n ? 1n : exact > LARGEST_EPSILON ? LARGEST_EPSILON : exact,
    fraction,
    factors: Int16Array.from(factors, (factor) => Math.max(-(2 ** 15) + 1, Math.min(factor, 2 ** 15 - 1))),
    offsets: Int32Array.from(offsets, (offset) => Math.max(-(2 ** 30), Math.min(offset, 2 ** 30))),
    shift,
  };
}
