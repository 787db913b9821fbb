import { type Requantization, requantization } from './requantize.ts';

/**
 * Softmax of products of int8 codes, and the mean of values that it weighs, for one query:
 *
 *     s_j = sum of (q - zero point)(k_j - zero point) + m_j B         int32; m_j of a mask of numbers, in steps of B products
 *     z_j = (min(max s - s_j, D) M) >> 19                             256 log2(e) times the distance of the logits, uint32
 *     w_j = T[z_j mod 256] >> (z_j / 256),  T[f] = 2^15 2^(-f / 256)  0 from z = 4096 on, and where the key is masked
 *     R   = (2^31 + U / 2) / U,  U = W >> e, 2^15 <= U < 2^16         W the sum of all w
 *     p_j = (w_j R + 2^(15 + e)) >> (16 + e)                          2^15 w_j / W, at most 2^15 - 1; 0 where W is
 *     y   = requantized sum of p_j (v_j - zero point)
 */
export interface AttentionParameters {
  /** M, below 2^32. */
  readonly multiplier: number;
  /** D: the product with M stays below 2^32, and a weight at that distance is 0. */
  readonly farthest: number;
  /** Of a product of two codes, in the exponent of e. */
  readonly logit: number;
  readonly output: Requantization;
}

/** T. */
export const POWERS_OF_HALF = Uint16Array.from({ length: 256 }, (_, f) => Math.round(2 ** (15 - f / 256)));

/** Weights of keys are in 2^-15, so that sums of weighted values fit int32. */
export const WEIGHT_BITS = 15;
export const MOST_KEYS = 2 ** 15;
/** Numbers of a head: the difference of two products stays below 2^31. */
export const LONGEST_HEAD = 2 ** 14;

/** Bits of M behind the point: 4096 2^19 is half of 2^32. */
export const EXPONENT_SHIFT = 19;
const UINT32_MAX = 2 ** 32 - 1;

/**
 * @param logit of a product of two codes
 * @param scale of the values over that of the result
 */
export function attentionParameters(logit: number, scale: number): AttentionParameters {
  const step = logit * Math.LOG2E * 256;
  // Beyond 4096 the next distance is no key's.
  const multiplier = Math.max(1, Math.round(Math.min(step, 4096) * 2 ** EXPONENT_SHIFT));
  return {
    multiplier,
    farthest: Math.floor(UINT32_MAX / multiplier),
    logit,
    output: requantization([scale / 2 ** WEIGHT_BITS]),
  };
}

/** A constant mask of numbers: int16, of which the lowest hides a key. */
export interface MaskNumbers {
  readonly codes: Int16Array;
  /** B. */
  readonly multiplier: number;
}

/** Below this a key's weight is 0 whatever the products are. */
export const HIDDEN = -1000;
/** Numbers of a mask are within 2^30 products, as the products of a head are. */
const LARGEST_NUMBER = 2 ** 30;

export function maskNumbers(numbers: ArrayLike<number>, logit: number): MaskNumbers {
  const steps = Array.from(numbers, (x) => (x <= HIDDEN ? null : Math.min(x / logit, LARGEST_NUMBER)));
  const reach = Math.max(1, ...steps.map((step) => Math.abs(step ?? 0)));
  const multiplier = Math.ceil(reach / INT16_MAX);
  const codes = steps.map((step) => (step === null ? -INT16_MAX - 1 : Math.round(step / multiplier)));
  return { codes: Int16Array.from(codes), multiplier };
}

const INT16_MAX = 2 ** 15 - 1;

/** B of a computed mask of int8 codes with this scale: beyond it one step hides whatever the products are. */
export function maskMultiplier(scale: number, logit: number): number {
  return Math.min(Math.max(1, Math.round(scale / logit)), 2 ** 22);
}
