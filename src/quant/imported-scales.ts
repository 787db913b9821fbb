import { invariant } from '../support/errors.ts';
import { type Requantization, requantization } from './requantize.ts';

/** What decides which form a layer needs. */
export interface Reach {
  /** Per channel: the largest |acc|. */
  readonly sums: ArrayLike<number>;
  /** Steps from the zero point from which on every code is clamped. */
  readonly steps: number;
}

/** Relative error of a multiplier that is below what float32 makes of three scales: two roundings of 2^-24. */
const FLOAT32_ERROR = 2 ** -23;
const INT32_MAX = 2 ** 31 - 1;

/**
 * The cheapest requantization that equals onnxruntime's of a quantized file but within float32's error of a tie:
 *
 * - one multiplication that rounds half up, where no sum lies on a tie and the multipliers are precise;
 * - 'wide', where they would not be: (acc * M + 2^(31 + r)) >> (32 + r), M of up to 31 bits;
 * - 'shifts' where all scales are powers of two and ties occur: acc / 2^s, half to even;
 * - 'words' (see wordsOf) for everything else; 'odd' where a tie goes to the odd step, as an even code wants of an odd zero point.
 *
 * @param tieParity of the step that a tie goes to
 */
export function importedRequantization(scales: ArrayLike<number>, reach: Reach, tieParity: 0 | 1): Requantization {
  const plain = requantization(scales);
  const wide = wideRequantization(scales, reach);
  for (const candidate of [plain, ...(wide ? [wide] : [])]) {
    if (isPrecise(candidate, scales) && !meetsTies(candidate, scales, reach)) return candidate;
  }
  if (tieParity === 1) return { ...wordsOf(scales), form: 'odd', tieParity };
  return shiftsOf(scales, reach) ?? { ...wordsOf(scales), form: 'words', tieParity };
}

/**
 * Words of sums in 2^-leftShift of their steps: see fine-bias.ts.
 * @param scales of such a fraction
 */
export function fineRequantization(scales: ArrayLike<number>, bits: number): Requantization {
  const { multiplier, leftShift } = wordsOf(scales);
  invariant(leftShift === 0, `scales of fractions below one, got ${Array.from(scales).slice(0, 8)}`);
  return { multiplier, leftShift: bits, form: 'fine', tieParity: 0 };
}

/** M / 2^(32 - leftShift), or M / 2^(32 + r). */
function exponentOf({ form, leftShift }: Requantization): number {
  return form === 'wide' ? 32 + leftShift : 32 - leftShift;
}

function isPrecise(candidate: Requantization, scales: ArrayLike<number>): boolean {
  const unit = 2 ** -exponentOf(candidate);
  return Array.from(scales).every(
    (scale, c) => Math.abs((candidate.multiplier[c] * unit) / scale - 1) <= FLOAT32_ERROR,
  );
}

function meetsTies(candidate: Requantization, scales: ArrayLike<number>, { sums, steps }: Reach): boolean {
  const exponent = exponentOf(candidate);
  return Array.from(scales).some((scale, c) => {
    const most = Math.min(sums[c], steps / scale);
    return tiesOf(candidate.multiplier[c], exponent, most) || tiesAt(scale, most, steps);
  });
}

/** acc * M = 2^(exponent - 1) mod 2^exponent for some |acc| <= sums: acc holds the twos that M lacks. */
export function tiesOf(multiplier: number, exponent: number, sums: number): boolean {
  const twos = 31 - Math.clz32(multiplier & -multiplier);
  return twos < exponent && 2 ** (exponent - 1 - twos) <= sums;
}

/** acc * scale = n + 1/2 for some |acc| <= sums, as with a mean over six, where the multiplier is not exact. */
function tiesAt(scale: number, sums: number, steps: number): boolean {
  for (let n = 0.5; n < steps && n / scale <= sums + 1; n++) {
    const acc = Math.round(n / scale);
    if (acc > 0 && acc <= sums && Math.abs(acc * scale - n) <= n * 2 ** -46) return true;
  }
  return false;
}

/** leftShift is r, a shift to the right. The zero point and half a step are added before it: see zeroPointField. */
function wideRequantization(scales: ArrayLike<number>, { sums }: Reach): Requantization | null {
  const list = Array.from(scales);
  const shift = Math.min(20, 30 - Math.floor(Math.log2(Math.max(...list) * 2 ** 32)));
  if (shift < 1 || !list.every((_, c) => sums[c] < 2 ** 30)) return null;
  const multiplier = Int32Array.from(list, (scale) =>
    Math.max(1, Math.min(Math.round(scale * 2 ** (32 + shift)), INT32_MAX)),
  );
  return { multiplier, leftShift: shift, form: 'wide' };
}

/** What stands in nn_quant's zero_point: 'wide' kernels add it to acc * M / 2^32, before they shift by r. */
export function zeroPointField(
  { form, leftShift }: Pick<Requantization, 'form' | 'leftShift'>,
  zeroPoint: number,
): number {
  return form === 'wide' ? zeroPoint * 2 ** leftShift + 2 ** (leftShift - 1) : zeroPoint;
}

/** The multipliers are shifts: scale = 2^-s, 1 <= s <= 30. Null where some scale is none. */
function shiftsOf(scales: ArrayLike<number>, { sums }: Reach): Requantization | null {
  const shifts = Array.from(scales, (scale) => -Math.round(Math.log2(scale)));
  const fit = shifts.every((s, c) => s >= 1 && s <= 30 && 2 ** -s === scales[c] && sums[c] < 2 ** 30);
  return fit ? { multiplier: Int32Array.from(shifts), leftShift: 0, form: 'shifts', tieParity: 0 } : null;
}

/** Bits of a mantissa, and of the exponent beside it. */
const MANTISSA = 26;
const EXPONENT = 5;

/**
 *     scale = mantissa * 2^-shift,  shift = 26 + exponent - leftShift,  2^25 <= mantissa < 2^26,  0 <= exponent < 32
 *     word  = mantissa * 32 + exponent                                                in place of the multiplier
 *
 *     sum   = acc * mantissa + 2^(shift - 1) + |acc|                                            64 bits
 *     step  = sum >> shift, less one where it has not the parity and sum mod 2^shift <= 2 |acc|
 *     y     = clamp(zeroPoint + step)
 *
 * The mantissa is off by at most half, the product by |acc| / 2: what lies within |acc| of a tie is one. Powers of two
 * are exact, and then nothing else does while |acc| < 2^24.
 */
function wordsOf(scales: ArrayLike<number>): Pick<Requantization, 'multiplier' | 'leftShift'> {
  const largest = Math.max(...Array.from(scales));
  let leftShift = 0;
  while (Math.round(largest * 2 ** (MANTISSA - leftShift)) >= 2 ** MANTISSA) leftShift++;
  const multiplier = Int32Array.from(scales, (scale) => {
    let exponent = 0;
    const mantissa = () => Math.round(scale * 2 ** (MANTISSA + exponent - leftShift));
    while (exponent < 2 ** EXPONENT - 1 && mantissa() < 2 ** (MANTISSA - 1)) exponent++;
    if (mantissa() >= 2 ** MANTISSA) exponent--;
    return mantissa() * 2 ** EXPONENT + exponent;
  });
  return { multiplier, leftShift };
}

/** scale = mantissa * 2^-shift, and whether sums near a tie count as one. */
export interface ScaleParts {
  readonly mantissa: number;
  readonly shift: number;
  readonly snaps: boolean;
}

/** What a multiplier stands for. */
export function scaleParts({ form, leftShift }: Requantization, multiplier: number): ScaleParts {
  if (form === 'shifts') return { mantissa: 1, shift: multiplier, snaps: false };
  if (form !== 'words' && form !== 'odd' && form !== 'fine')
    return {
      mantissa: multiplier,
      shift: exponentOf({ multiplier: new Int32Array(0), leftShift, ...(form && { form }) }),
      snaps: false,
    };
  const exponent = multiplier & (2 ** EXPONENT - 1);
  const shift = MANTISSA + exponent - (form === 'fine' ? 0 : leftShift);
  return { mantissa: multiplier >> EXPONENT, shift, snaps: true };
}
