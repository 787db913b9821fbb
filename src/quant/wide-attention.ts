import type { Requantization } from './requantize.ts';
import { wideCodesRequantization } from './wide-codes.ts';
import { wideSoftmax } from './wide-softmax.ts';

/**
 * quant/attention.ts for codes of 16 bits; powers as those of quant/wide-softmax.ts:
 *
 *     s_j = floor(sum of (q - zero point)(k_j - zero point) / 2^H)     the sum in 64 bits, s_j below 2^30
 *     w_j = 2^24 times 2 to the power of -(max s - s_j) M / 2^S        octaves in 2^-20; 0 where the key is masked
 *     p_j = (w_j R + 2^23) >> 24,  R = floor(2^48 / W)                 W the sum of all w; 2^24 times the share
 *     y   = requantized sum of p_j (v_j - zero point)                  64 bits
 */
export interface WideAttention {
  /** H. */
  readonly scoreShift: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly output: Requantization;
}

export const SHARE_BITS = 24;

/**
 * @param logit of a product of two codes
 * @param reach of the sum of products of a head
 * @param scale of the values over that of the result
 */
export function wideAttention(logit: number, reach: number, scale: number): WideAttention {
  const scoreShift = Math.max(0, Math.ceil(Math.log2(reach)) - 30);
  const { multiplier, shift } = wideSoftmax(logit * 2 ** scoreShift, 1);
  const output = wideCodesRequantization([scale / 2 ** SHARE_BITS], Infinity);
  return { scoreShift, multiplier, shift, output };
}
