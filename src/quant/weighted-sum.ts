import type { Affine } from './affine.ts';

/**
 * Terms of int8 codes on the steps of a result, as whole numbers of 2^-shift of a step:
 *
 *     (y - zero point) 2^shift = x_1 factor_1 + offset_1 + ... + x_n factor_n + offset_n
 *
 * No sum of any of the terms, the result's zero point and half a step leaves int32.
 */
export interface WeightedSum {
  readonly factors: readonly number[];
  /** - zero point times factor. */
  readonly offsets: readonly number[];
  /** Zero point of the result and half a step. */
  readonly start: number;
  readonly shift: number;
}

const MAX_SHIFT = 22;
const INT32_MAX = 2 ** 31 - 1;

/** @param terms real numbers they stand for, times what they count in the sum */
export function weightedSum(terms: readonly Affine[], y: Affine): WeightedSum {
  // Steps beyond this saturate whatever the other terms are, but for exact cancellation.
  const limit = Math.floor(2 ** 22 / terms.length);
  const ratios = terms.map(({ scale }) => Math.min(scale / y.scale, limit));
  const make = (shift: number): WeightedSum => {
    const factors = ratios.map((ratio) => Math.round(ratio * 2 ** shift));
    const offsets = factors.map((factor, i) => -terms[i].zeroPoint * factor);
    return { factors, offsets, start: y.zeroPoint * 2 ** shift + (shift > 0 ? 2 ** (shift - 1) : 0), shift };
  };
  let shift = MAX_SHIFT;
  while (shift > 0 && !fitsInt32(make(shift))) shift--;
  return make(shift);
}

function fitsInt32({ factors, offsets, start }: WeightedSum): boolean {
  const reach = factors.map((factor, i) => 128 * factor + Math.abs(offsets[i]));
  return reach.reduce((sum, term) => sum + term, Math.abs(start)) <= INT32_MAX;
}
