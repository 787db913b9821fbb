import { type Requantization, requantization } from './requantize.ts';

/**
 * Softmax of products of int8 codes, and the mean of values that it weighs, for one query:
 *
 *     s_j = sum of (q - zero point)(k_j - zero point)                 int32
 *     z_j = ((max s - s_j) M) >> S                                    256 log2(e) times the distance of the logits
 *     w_j = T[z_j mod 256] >> (z_j / 256),  T[f] = 2^15 2^(-f / 256)  0 from z = 4096 on, and where the key is masked
 *     p_j = (2^15 w_j + W / 2) / W,  W the sum of all w               rounded down; all 0 where W is
 *     y   = requantized sum of p_j (v_j - zero point)
 */
export interface AttentionParameters {
  /** M, below 2^31. */
  readonly multiplier: number;
  /** S. */
  readonly shift: number;
  readonly output: Requantization;
}

/** T. */
export const POWERS_OF_HALF = Uint16Array.from({ length: 256 }, (_, f) => Math.round(2 ** (15 - f / 256)));

/** Weights of keys are in 2^-15, so that sums of weighted values fit int32. */
export const WEIGHT_BITS = 15;
export const MOST_KEYS = 2 ** 15;
/** Numbers of a head: the difference of two products stays below 2^31. */
export const LONGEST_HEAD = 2 ** 14;

const LARGEST_SHIFT = 62;

/**
 * @param logit of a product of two codes
 * @param scale of the values over that of the result
 */
export function attentionParameters(logit: number, scale: number): AttentionParameters {
  const step = logit * Math.LOG2E * 256;
  const shift = Math.min(LARGEST_SHIFT, Math.max(1, 30 - Math.floor(Math.log2(step))));
  const multiplier = Math.min(Math.round(step * 2 ** shift), 2 ** 31 - 1);
  return { multiplier, shift, output: requantization([scale / 2 ** WEIGHT_BITS]) };
}
