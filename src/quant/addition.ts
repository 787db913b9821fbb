/**
 * Sum of two int8 tensors with one rounding:
 *
 *     y = clamp((x1 * A + x2 * B + C) >> S)      floor shift; all in int32, in any order of summation
 *
 * C carries the three zero points and the rounding term 2^(S-1).
 */
export interface AdditionParameters {
  readonly A: number;
  readonly B: number;
  readonly C: number;
  readonly S: number;
}

const CODES = [-128, 127];
const INT16_MAX = 2 ** 15 - 1;
const INT32_MAX = 2 ** 31 - 1;
const MAX_SHIFT = 22;
/** Error of the coefficients, in output codes, that is worth wider ones: 2^-14 of the 256 codes. */
const TOLERATED_ERROR = 2 ** -6;

/**
 * The parameters of y = s1 (x1 - z1) + s2 (x2 - z2) over int8 codes, output scale sy and zero point zy. s2 negative
 * means subtraction. A and B fit int16 (so that one dual multiply does both) unless that would cost more than 2^-14 of
 * the output range; then they are as wide as int32 sums allow. No partial sum of x1 * A, x2 * B and C leaves int32.
 *
 * Before rounding, y is off by at most 2^-6 codes while s1 / sy and s2 / sy are below 2^7, by ratio * 2^-13 up to 2^14.
 */
export function additionParameters(
  s1: number,
  z1: number,
  s2: number,
  z2: number,
  sy: number,
  zy: number,
): AdditionParameters {
  // Beyond 2^14 output steps per input code all but exact cancellation saturates.
  const limit = (ratio: number) => Math.min(Math.max(ratio, -(2 ** 14)), 2 ** 14);
  const r1 = limit(s1 / sy);
  const r2 = limit(s2 / sy);
  const make = (S: number): AdditionParameters => {
    const A = Math.round(r1 * 2 ** S);
    const B = Math.round(r2 * 2 ** S);
    return { A, B, C: zy * 2 ** S - z1 * A - z2 * B + (S > 0 ? 2 ** (S - 1) : 0), S };
  };
  const widest = (fits: (p: AdditionParameters) => boolean): AdditionParameters => {
    let S = MAX_SHIFT;
    while (S > 0 && !fits(make(S))) S--;
    return make(S);
  };
  /** Largest error, in output codes, that rounding A and B causes. */
  const error = ({ A, B, S }: AdditionParameters): number =>
    farthest(z1) * Math.abs(A / 2 ** S - r1) + farthest(z2) * Math.abs(B / 2 ** S - r2);

  // Always in int32: 2 * 2^7 * 2^15 for the products, and as much again plus 2^7 * 2^22 for C.
  const narrow = widest(({ A, B }) => Math.abs(A) <= INT16_MAX && Math.abs(B) <= INT16_MAX);
  return error(narrow) <= TOLERATED_ERROR ? narrow : widest(fitsInt32);
}

/** Bits of the shift of codes of 16 bits: a coefficient is off by 2^-31 of a step for each, whatever the ratio. */
const WIDE_SHIFT = 30;

/** The same where a tensor has codes of 16 bits: A and B take up to 31 bits, sums 64. A ratio is cut at 2^16. */
export function wideAddition(
  s1: number,
  z1: number,
  s2: number,
  z2: number,
  sy: number,
  zy: number,
): AdditionParameters {
  const limit = (ratio: number) => Math.min(Math.max(ratio, -(2 ** 16)), 2 ** 16);
  const [r1, r2] = [limit(s1 / sy), limit(s2 / sy)];
  const largest = Math.max(Math.abs(r1), Math.abs(r2));
  const S = Math.max(1, Math.min(WIDE_SHIFT, WIDE_SHIFT - Math.ceil(Math.log2(largest))));
  const [A, B] = [Math.round(r1 * 2 ** S), Math.round(r2 * 2 ** S)];
  return { A, B, C: zy * 2 ** S - z1 * A - z2 * B + 2 ** (S - 1), S };
}

/** Largest |x - zeroPoint|. */
function farthest(zeroPoint: number): number {
  return Math.max(...CODES.map((x) => Math.abs(x - zeroPoint)));
}

/** Every sum of a subset of {x1 * A, x2 * B, C} stays in int32: the worst case adds all terms of one sign. */
function fitsInt32({ A, B, C }: AdditionParameters): boolean {
  const terms = [CODES.map((x) => x * A), CODES.map((x) => x * B), [C]];
  const high = terms.reduce((sum, values) => sum + Math.max(0, ...values), 0);
  const low = terms.reduce((sum, values) => sum + Math.min(0, ...values), 0);
  return high <= INT32_MAX && low >= -INT32_MAX - 1;
}
