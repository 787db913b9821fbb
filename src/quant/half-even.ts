import { type Requantization, requantization } from './requantize.ts';

/**
 * Requantization of layers that another tool quantized: ties as onnxruntime has them, scales as precise as its float32.
 *
 *     scale = mantissa * 2^-shift,  shift = 26 + exponent - leftShift,  2^25 <= mantissa < 2^26,  0 <= exponent < 32
 *     word  = mantissa * 32 + exponent                                                in place of the multiplier
 *
 *     sum  = acc * mantissa + 2^(shift - 1) + |acc|                                             64 bits
 *     step = sum >> shift, less one where it is odd and sum mod 2^shift <= 2 |acc|
 *     y    = clamp(zeroPoint + step)
 *
 * The mantissa is off by at most half, the product by |acc| / 2: what lies within |acc| of a tie is one. Powers of two
 * are exact, and then nothing else does while |acc| < 2^24.
 */
export function halfEvenRequantization(scales: ArrayLike<number>, tieParity: 0 | 1): Requantization {
  const wanted = Float64Array.from(scales);
  const { multiplier, leftShift } = wordsOf(wanted, 0);
  return { multiplier, leftShift, tieParity };
}

/** Bits of a mantissa, and of the exponent beside it. */
const MANTISSA = 26;
const EXPONENT = 5;

function wordsOf(wanted: Float64Array, least: number): { multiplier: Int32Array; leftShift: number } {
  const largest = wanted.reduce((a, b) => Math.max(a, b), 0);
  let leftShift = least;
  while (Math.round(largest * 2 ** (MANTISSA - leftShift)) >= 2 ** MANTISSA) leftShift++;
  const multiplier = Int32Array.from(wanted, (scale) => {
    let exponent = 0;
    const mantissa = () => Math.round(scale * 2 ** (MANTISSA + exponent - leftShift));
    while (exponent < 2 ** EXPONENT - 1 && mantissa() < 2 ** (MANTISSA - 1)) exponent++;
    if (mantissa() >= 2 ** MANTISSA) exponent--;
    return mantissa() * 2 ** EXPONENT + exponent;
  });
  return { multiplier, leftShift };
}

/** The parts of a word. */
export function wordParts(word: number, leftShift: number): { mantissa: number; shift: number } {
  return { mantissa: word >> EXPONENT, shift: MANTISSA + (word & (2 ** EXPONENT - 1)) - leftShift };
}

/** What decides whether a layer meets ties. */
export interface Reach {
  /** Per channel: the largest |acc|. */
  readonly sums: ArrayLike<number>;
  /** Steps from the zero point from which on every code is clamped. */
  readonly steps: number;
}

/** Relative error of a multiplier that is still below what float32 makes of three scales: two roundings of 2^-24. */
const FLOAT32_ERROR = 2 ** -23;

/**
 * The cheapest requantization that equals onnxruntime's: one multiplication that rounds half up where no sum lies on a
 * tie and the multipliers are precise, else half to even.
 */
export function importedRequantization(scales: ArrayLike<number>, reach: Reach, tieParity: 0 | 1): Requantization {
  const plain = requantization(scales);
  const { multiplier, leftShift } = plain;
  const fast = Array.from(scales).every((scale, c) => {
    const sums = Math.min(reach.sums[c], reach.steps / scale);
    const error = Math.abs((multiplier[c] * 2 ** (leftShift - 32)) / scale - 1);
    return error <= FLOAT32_ERROR && !tiesOf(multiplier[c], leftShift, sums) && !tiesAt(scale, sums, reach.steps);
  });
  return fast ? plain : halfEvenRequantization(scales, tieParity);
}

/** acc * 2^leftShift * M = 2^31 mod 2^32 for some |acc| <= sums: acc holds the twos that 2^leftShift * M lacks. */
export function tiesOf(multiplier: number, leftShift: number, sums: number): boolean {
  const twos = leftShift + 31 - Math.clz32(multiplier & -multiplier);
  return twos < 32 && 2 ** (31 - twos) <= sums;
}

/** acc * scale = n + 1/2 for some |acc| <= sums, as with a mean over six, where the multiplier is not exact. */
function tiesAt(scale: number, sums: number, steps: number): boolean {
  for (let n = 0.5; n < steps && n / scale <= sums + 1; n++) {
    const acc = Math.round(n / scale);
    if (acc > 0 && acc <= sums && Math.abs(acc * scale - n) <= n * 2 ** -46) return true;
  }
  return false;
}
