/**
 * Quotient of two int8 codes without their zero points, n / d, in steps of the result, half away from zero:
 *
 *     steps = (|n| factor + |d| 2^shift / 2) / (|d| 2^shift)      rounded down, in uint32, with the sign of n / d
 *
 * By zero: 0 / 0 is 0, all else is beyond every code. Where some codes have 16 bits, the same in uint64; and so in files of other
 * tools, as precise as float32, half to even, 0 / 0 (no number) the lowest code.
 */
export interface Division {
  readonly factor: number;
  readonly shift: number;
  /** Steps beyond every code. */
  readonly beyond: number;
}

/** The largest factor, the largest shift, and steps beyond every code. */
const BYTES = { largest: 2 ** 23 - 1, shifts: 22, beyond: 2 ** 9 };
const WIDE = { largest: 2 ** 31 - 1, shifts: 30, beyond: 2 ** 17 };
/** A product of 8 and 31 bits, and a divisor of 8 and 54. */
const IMPORTED = { largest: 2 ** 31 - 1, shifts: 54, beyond: 2 ** 9 };
const LIMITS = { bytes: BYTES, wide: WIDE, imported: IMPORTED };

/**
 * @param scale of n / d over that of the result
 * @param codes 'wide': some have 16 bits
 */
export function divisionParameters(scale: number, codes: keyof typeof LIMITS = 'bytes'): Division {
  const { largest, shifts, beyond } = LIMITS[codes];
  let shift = shifts;
  while (shift > 0 && Math.round(scale * 2 ** shift) > largest) shift--;
  const factor = Math.max(1, Math.min(Math.round(scale * 2 ** shift), largest));
  return { factor, shift, beyond };
}
