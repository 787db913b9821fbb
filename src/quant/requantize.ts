import type { RequantizationForm } from '../ir/program.ts';
import { invariant } from '../support/errors.ts';

/**
 * One multiply per output:
 *
 *     y = clamp(zeroPoint + ((acc * 2^leftShift * multiplier[c] + 2^31) >> 32))      64-bit product, floor shift
 *
 * acc * 2^leftShift must fit int32 (see accumulatorFits). The effective scale IS multiplier * 2^(leftShift - 32).
 */
export interface Requantization {
  /** One per channel, 0 < multiplier < 2^31. */
  readonly multiplier: Int32Array;
  /** 0 unless some scale is 0.5 or more; one for the whole layer. */
  readonly leftShift: number;
  /** Set: what multipliers and shift mean is said in imported-scales.ts. */
  readonly form?: RequantizationForm;
  /** Set: a tie goes to the step of this parity. */
  readonly tieParity?: 0 | 1;
}

const INT32_MAX = 2 ** 31 - 1;

/**
 * The multipliers nearest to these positive scales, with the smallest shift that lets the largest one fit.
 * Relative error at most 2^-33 / (scale / 2^leftShift); a scale too small for any multiplier gets 1, which moves an
 * int32 accumulator by at most half a code.
 */
export function requantization(scales: ArrayLike<number>): Requantization {
  const wanted = Float64Array.from(scales);
  const ok = wanted.every((scale) => scale > 0 && scale < 2 ** 30);
  invariant(ok, `scales must lie between 0 and 2^30, got ${wanted.slice(0, 8)}`);
  const largest = wanted.reduce((a, b) => Math.max(a, b), 0);
  let leftShift = 0;
  while (Math.round(largest * 2 ** (32 - leftShift)) > INT32_MAX) leftShift++;
  const multiplier = Int32Array.from(wanted, (scale) => Math.max(1, Math.round(scale * 2 ** (32 - leftShift))));
  return { multiplier, leftShift };
}

/** Every value an accumulator can hold, partial sums in any order included. */
export interface AccumulatorBound {
  readonly min: number;
  readonly max: number;
}

/**
 * Bound over all rows of sum_i weight[i] * x[i] + bias with inputMin <= x <= inputMax: each partial sum takes any
 * subset of the products, with or without the bias. `weights` holds rows of equal length in C order, `bias`
 * one int32 per row.
 */
export function accumulatorBound(
  weights: ArrayLike<number>,
  rows: number,
  inputMin: number,
  inputMax: number,
  bias: ArrayLike<number> | null = null,
): AccumulatorBound {
  const length = weights.length / rows;
  let min = 0;
  let max = 0;
  for (let row = 0; row < rows; row++) {
    let low = Math.min(0, bias?.[row] ?? 0);
    let high = Math.max(0, bias?.[row] ?? 0);
    for (let i = row * length; i < (row + 1) * length; i++) {
      const [a, b] = [weights[i] * inputMin, weights[i] * inputMax];
      low += Math.min(0, a, b);
      high += Math.max(0, a, b);
    }
    min = Math.min(min, low);
    max = Math.max(max, high);
  }
  return { min, max };
}

/** True when no partial sum overflows int32, nor does the left shift before the multiplication. */
export function accumulatorFits({ min, max }: AccumulatorBound, leftShift = 0): boolean {
  return max * 2 ** leftShift <= INT32_MAX && min * 2 ** leftShift >= -INT32_MAX - 1;
}

/**
 * Average pooling: acc = sum over the window of (x - inputZeroPoint), one scale per count of cells in the window (windows
 * over a border may hold fewer).
 */
export function averageFactors(inputScale: number, outputScale: number, counts: ArrayLike<number>): number[] {
  return Array.from(counts, (count) => inputScale / (count * outputScale));
}

/** Product of two tensors: acc = (x1 - zeroPoint1) * (x2 - zeroPoint2), at most 255^2, times this scale. */
export function productScale(scale1: number, scale2: number, outputScale: number): number {
  return (scale1 * scale2) / outputScale;
}
