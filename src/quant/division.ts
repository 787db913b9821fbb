/**
 * Quotient of two int8 codes without their zero points, n / d, in steps of the result, half away from zero:
 *
 *     steps = (|n| factor + |d| 2^shift / 2) / (|d| 2^shift)      rounded down, in uint32, with the sign of n / d
 *
 * By zero: 0 / 0 is 0, all else is beyond every code.
 */
export interface Division {
  readonly factor: number;
  readonly shift: number;
  /** Steps beyond every code. */
  readonly beyond: number;
}

const LARGEST = 2 ** 23 - 1;
const MAX_SHIFT = 22;

/** @param scale of n / d over that of the result */
export function divisionParameters(scale: number): Division {
  let shift = MAX_SHIFT;
  while (shift > 0 && Math.round(scale * 2 ** shift) > LARGEST) shift--;
  const factor = Math.max(1, Math.min(Math.round(scale * 2 ** shift), LARGEST));
  return { factor, shift, beyond: 512 };
}
