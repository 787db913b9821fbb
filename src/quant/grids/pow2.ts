import { invariant } from '../../support/errors.ts';
import { type Grid, gridOfLevels } from './grid.ts';

/** 0 and +-2^e, e = 0 .. exponents - 1. */
export function pow2Levels(exponents: number): number[] {
  const powers = Array.from({ length: exponents }, (_, e) => 2 ** e);
  return [...powers.map((power) => -power).reverse(), 0, ...powers];
}

/**
 * INQ's grid for codes of `bits` bits (2 .. 5), one of which tells zero: K = 2^(bits-2) exponents, 2^(bits-1) + 1
 * levels, as whole multiples of the smallest power 2^n2. Nearest on a linear axis with ties upward is the paper's
 * rounding: beta if (alpha + beta) / 2 <= |w| < 3 beta / 2, and 3 beta / 2 on the top level is clamped to it.
 * Source: Zhou et al., Incremental Network Quantization, ICLR 2017.
 */
export function inqGrid(bits: number): Grid {
  invariant(Number.isInteger(bits) && bits >= 2 && bits <= 5, `there is no INQ grid of ${bits} bits`);
  return gridOfLevels(`pow2-${bits}`, pow2Levels(2 ** (bits - 2)));
}

/** Sign and exponent in `bits` bits (3 or 4), one code of which is zero: 3 or 7 exponents. */
export function packedPow2Grid(bits: number): Grid {
  invariant(bits === 3 || bits === 4, `there is no packed power-of-two grid of ${bits} bits`);
  return gridOfLevels(`pow2p-${bits}`, pow2Levels(2 ** (bits - 1) - 1));
}

/**
 * Exponent n1 of the largest power of an INQ grid, the paper's rule: floor(log2(4 x / 3)) for x = max|w|, from the bits of the
 * number and so without rounding. Then 0.75 * 2^n1 <= x < 1.5 * 2^n1: the largest weight rounds to the largest power. The
 * smallest power is n2 = n1 + 1 - 2^(bits-2). A layer of zeros gets n1 = 0.
 */
export function topExponent(x: number): number {
  invariant(Number.isFinite(x) && x >= 0, `${x} is not a magnitude`);
  if (x === 0) return 0;
  const exponent = exponentOf(x);
  return x >= 1.5 * 2 ** exponent ? exponent + 1 : exponent;
}

/** floor(log2(x)) of a positive double, exact. */
export function exponentOf(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const biased = (view.getUint16(0) >> 4) & 0x7ff;
  return biased > 0 ? biased - 1023 : exponentOf(x * 2 ** 64) - 64;
}
