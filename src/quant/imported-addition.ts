import { type AdditionParameters, additionParameters } from './addition.ts';
import type { Affine, CodeRange } from './affine.ts';

/**
 * Sum of two int8 tensors as another tool quantized them:
 *
 *     y = clamp((x1 * A + x2 * B + C) >> S), less one where the S bits below are all zero and y has not this parity
 *
 * C carries the three zero points and 2^(S-1). Sums fit int32 or 62 bits.
 */
export interface ImportedAddition extends AdditionParameters {
  /** Of the code at a tie; null: ties do not occur, or round up anyway. */
  readonly parity: 0 | 1 | null;
}

const CODES = Array.from({ length: 256 }, (_, i) => i - 128);

/** Bits that the larger coefficient has, and that the smaller one has at least where the larger one can be wider for it. */
const [LARGER, SMALLER, WIDEST] = [30, 24, 46];
const INT32_MAX = 2 ** 31 - 1;

/**
 * The parameters of y = s1 (x1 - z1) + s2 (x2 - z2), s2 negative for a difference: those of additionParameters where they
 * give the nearest codes, ties included, for all 65536 pairs; else coefficients of 31 bits and more.
 * @param even what is even at a tie: steps from the zero point, or codes
 */
export function importedAddition(
  a: Affine,
  b: Affine,
  y: Affine,
  range: CodeRange,
  even: 'even-steps' | 'even-codes',
): ImportedAddition {
  const parity = even === 'even-steps' && y.zeroPoint % 2 !== 0 ? 1 : 0;
  const precise = preciseParameters(a, b, y);
  const plain = additionParameters(a.scale, a.zeroPoint, b.scale, b.zeroPoint, y.scale, y.zeroPoint);
  const code = (p: AdditionParameters, x1: number, x2: number) => {
    const sum = x1 * p.A + x2 * p.B + p.C;
    return { sum, code: Math.floor(sum / 2 ** p.S) };
  };
  const clamp = (value: number) => Math.min(Math.max(value, range.min), range.max);
  const equal = CODES.every((x1) =>
    CODES.every((x2) => {
      const wanted = code(precise, x1, x2);
      const odd = wanted.sum === wanted.code * 2 ** precise.S && (wanted.code - parity) % 2 !== 0;
      return clamp(code(plain, x1, x2).code) === clamp(wanted.code - (odd ? 1 : 0));
    }),
  );
  return equal ? { ...plain, parity: null } : { ...precise, parity };
}

/** True when every partial sum fits int32. */
export function fitsInt32({ A, B, C }: AdditionParameters): boolean {
  return 128 * (Math.abs(A) + Math.abs(B)) + Math.abs(C) <= INT32_MAX;
}

function preciseParameters(a: Affine, b: Affine, y: Affine): AdditionParameters {
  const ratios = [a.scale / y.scale, b.scale / y.scale].map((r) => Math.min(Math.max(r, -(2 ** LARGER)), 2 ** LARGER));
  const sizes = ratios.map((r) => Math.floor(Math.log2(Math.abs(r))) + 1);
  const [large, small] = [Math.max(...sizes), Math.min(...sizes)];
  let S = Math.max(0, Math.min(Math.max(LARGER - large, SMALLER - small), WIDEST - large, WIDEST));
  let [A, B] = ratios.map((r) => Math.round(r * 2 ** S));
  for (; S > 1 && A % 2 === 0 && B % 2 === 0; S--) [A, B] = [A / 2, B / 2];
  return { A, B, C: y.zeroPoint * 2 ** S - a.zeroPoint * A - b.zeroPoint * B + (S > 0 ? 2 ** (S - 1) : 0), S };
}
