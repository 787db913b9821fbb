import { type AttentionParameters, EXPONENT_SHIFT, WEIGHT_BITS } from '../../quant/attention.ts';
import { SHARE_BITS, type WideAttention } from '../../quant/wide-attention.ts';
import { POWER_BITS, wideSoftmax } from '../../quant/wide-softmax.ts';

/** What quant/attention.ts, quant/wide-attention.ts and quant/wide-softmax.ts round. Parts are those of the number itself. */
export interface SharesLaw {
  /** Exponents z for a product of codes: as they are, by M, and those of an octave. */
  readonly exact: number;
  readonly factor: number;
  readonly octave: number;
  /** Products that a score may leave out. */
  readonly cut: number;
  /** Parts of a power that its table is above or below. */
  readonly above: number;
  readonly below: number;
  /** The last bit of weights, of which the largest is 1, and of shares. */
  readonly bit: number;
  /** Part of R. */
  readonly reciprocal: number;
  /** Steps of the result for a code of the values: as they are, and by its multiplier. */
  readonly ratio: number;
  readonly multiplied: number;
}

/** T is rounded to 15 bits of at least 2^14; U is cut, R rounded, to at least 15 bits each. */
export function shortLaw(logit: number, ratio: number, { multiplier, output }: AttentionParameters): SharesLaw {
  return {
    exact: logit * Math.LOG2E * 256,
    factor: multiplier / 2 ** EXPONENT_SHIFT,
    octave: 256,
    cut: 0,
    above: 2 ** -15,
    below: 2 ** -15,
    bit: 2 ** -WEIGHT_BITS,
    reciprocal: 2 ** -14,
    ratio,
    multiplied: output.multiplier[0]! * 2 ** (output.leftShift - 32 + WEIGHT_BITS),
  };
}

/** Straight lines between 257 powers are above them by up to the square of their distance over 8; T is rounded, lines are cut. */
const LINES = {
  octave: 2 ** 20,
  above: (Math.LN2 / 256) ** 2 / 8 + 2 ** -22,
  below: 2 ** -23,
  bit: 2 ** -POWER_BITS,
};

export function wideLaw(
  { logit, ratio, keys }: { readonly logit: number; readonly ratio: number; readonly keys: number },
  { scoreShift, multiplier, shift, output }: WideAttention,
): SharesLaw {
  return {
    ...LINES,
    exact: logit * Math.LOG2E * LINES.octave,
    factor: multiplier / 2 ** (shift + scoreShift),
    cut: 2 ** scoreShift,
    reciprocal: keys * 2 ** -SHARE_BITS,
    ratio,
    multiplied: output.multiplier[0]! / 2 ** (32 + output.leftShift - SHARE_BITS),
  };
}

/** R = floor(N / W); the result is the share itself. */
export function softmaxLaw(scale: number, outputScale: number, elements: number): SharesLaw {
  const { multiplier, shift, numerator } = wideSoftmax(scale, outputScale);
  return {
    ...LINES,
    exact: scale * Math.LOG2E * LINES.octave,
    factor: multiplier / 2 ** shift,
    cut: 0,
    reciprocal: (elements * 2 ** POWER_BITS) / Number(numerator),
    ratio: 1 / outputScale,
    multiplied: Number(numerator) / 2 ** 40,
  };
}

/** A key that the query sees. */
export interface SeenKey {
  /** exp of the distance of its logit from the largest. */
  readonly power: number;
  /** The distance in products of codes, and what a mask of numbers is off by. */
  readonly distance: number;
  readonly maskError: number;
}

/**
 * How far the mean of `values` that the C weighs may be from the real one, in steps of the result. Powers w, each between
 * `power (1 - low) - bit` and `power (1 + high)`, move it by (w - power) (value - mean) / sum of w: most where all above the mean
 * are high and all below it low, or the other way round.
 */
export function ownSharesError(law: SharesLaw, keys: readonly SeenKey[], values: readonly number[]): number {
  if (keys.length === 0) return 0;
  const sum = (of: (key: SeenKey, j: number) => number) => keys.reduce((total, key, j) => total + of(key, j), 0);
  const mean = sum(({ power }, j) => power * values[j]!) / sum(({ power }) => power);
  const ranges = keys.map(({ power, distance, maskError }) => {
    const miss = Math.abs(law.factor - law.exact) * distance + law.factor * (law.cut + maskError);
    return {
      more: power * (2 ** ((1 + miss) / law.octave) * (1 + law.above) - 1),
      less: power * (1 - 2 ** (-miss / law.octave) * (1 - law.below)) + law.bit,
    };
  });
  const moved = (sign: 1 | -1) =>
    sum((_, j) => {
      const far = sign * (values[j]! - mean);
      return far > 0 ? far * ranges[j]!.more : -far * ranges[j]!.less;
    });
  const least = Math.max(
    1,
    sum(({ power }, j) => power - ranges[j]!.less),
  );
  // A share is rounded by half of its last bit, and the largest is at most one bit below 1.
  const rounded = law.bit * (sum((_, j) => Math.abs(values[j]!)) / 2 + 2 * Math.max(...values.map(Math.abs)));
  const ofMean = Math.max(moved(1), moved(-1)) / least + Math.abs(mean) * law.reciprocal + rounded;
  return ofMean * law.ratio + (Math.abs(mean) + ofMean) * Math.abs(law.multiplied - law.ratio);
}
