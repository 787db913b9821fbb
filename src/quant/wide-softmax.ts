/**
 * Softmax of codes of 16 bits, or into such:
 *
 *     d_i = max_j x_j - x_i                                                0 .. 65535
 *     t_i = (d_i * M) >> S                                                 octaves in 2^-20: scale log2(e) 2^20 = M / 2^S
 *     e_i = T[j] - (((T[j] - T[j + 1]) * g) >> 12)                         4096 j + g: the lower 20 bits of t_i
 *     w_i = e_i >> (t_i >> 20)                                             0 from 25 octaves on
 *     R   = floor(N / W)                                                   W the sum of all w, N = 2^40 / (scale of y)
 *     y_i = clamp(zero point + ((w_i * R + 2^39) >> 40))
 *
 * All in unsigned integers of 64 bits, but for T and w. T[j] = 2^(24 - j / 256), so that w of the largest is 2^24. An own
 * result has scale 2^-15 and zero point 0.
 */
export interface WideSoftmax extends Exponential {
  readonly numerator: bigint;
}

/** M and S. */
export interface Exponential {
  readonly multiplier: number;
  readonly shift: number;
}

export const OWN_SCALE = 2 ** -15;

/** The w of the largest code is 2^POWER_BITS. */
export const POWER_BITS = 24;

/** T: 257 entries, rounded. */
export const POWERS: Uint32Array = Uint32Array.from({ length: 257 }, (_, j) => Math.round(2 ** (POWER_BITS - j / 256)));

export const MOST_OCTAVES = 25;

export function wideSoftmax(scale: number, outputScale: number): WideSoftmax {
  return { ...exponentialOf(scale), numerator: BigInt(Math.round(2 ** 40 / Math.max(outputScale, 2 ** -17))) };
}

export function exponentialOf(scale: number): Exponential {
  const factor = scale * Math.LOG2E * 2 ** 20;
  const shift = Math.min(46, Math.max(0, 30 - Math.floor(Math.log2(factor))));
  return { multiplier: Math.min(Math.round(factor * 2 ** shift), 2 ** 31 - 1), shift };
}
