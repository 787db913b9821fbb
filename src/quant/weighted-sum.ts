import type { Affine } from './affine.ts';

/**
 * Terms of int8 codes on the steps of a result, as whole numbers of 2^-shift of a step:
 *
 *     (y - zero point) 2^shift = x_1 factor_1 + offset_1 + ... + x_n factor_n + offset_n
 *
 * No sum of any of the terms, the result's zero point and half a step leaves int32; where some codes have 16 bits, or a file of
 * another tool wants the precision of float32, 2^53.
 */
export interface WeightedSum {
  readonly factors: readonly number[];
  /** - zero point times factor. */
  readonly offsets: readonly number[];
  /** Zero point of the result and half a step. */
  readonly start: number;
  readonly shift: number;
}

/** Largest magnitudes of a code and of a sum, and the largest shift. */
const BYTES = { codes: 128, largest: 2 ** 31 - 1, shifts: 22 };
const WIDE = { codes: 2 ** 15, largest: 2 ** 53, shifts: 30 };
const LIMITS = { bytes: BYTES, wide: WIDE, imported: { ...WIDE, codes: 128 } };

/**
 * @param terms real numbers they stand for, times what they count in the sum
 * @param kind 'wide': some have codes of 16 bits
 */
export function weightedSum(terms: readonly Affine[], y: Affine, kind: keyof typeof LIMITS = 'bytes'): WeightedSum {
  const { codes, largest, shifts } = LIMITS[kind];
  // Steps beyond this saturate whatever the other terms are, but for exact cancellation.
  const limit = Math.floor(2 ** 22 / terms.length);
  const ratios = terms.map(({ scale }) => Math.min(scale / y.scale, limit));
  const make = (shift: number): WeightedSum => {
    const factors = ratios.map((ratio) => Math.round(ratio * 2 ** shift));
    const offsets = factors.map((factor, i) => -terms[i].zeroPoint * factor);
    return { factors, offsets, start: y.zeroPoint * 2 ** shift + (shift > 0 ? 2 ** (shift - 1) : 0), shift };
  };
  let shift = shifts;
  while (shift > 0 && !fits(make(shift), codes, largest)) shift--;
  return make(shift);
}

function fits({ factors, offsets, start }: WeightedSum, codes: number, largest: number): boolean {
  const reach = factors.map((factor, i) => codes * factor + Math.abs(offsets[i]));
  return reach.reduce((sum, term) => sum + term, Math.abs(start)) <= largest;
}
