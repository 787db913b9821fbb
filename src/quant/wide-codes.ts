import { typeOf } from '../ir/graph.ts';
import type { RequantizationForm } from '../ir/program.ts';
import { isWide } from '../ir/tensor.ts';
import type { Graph, Node } from '../ir/types.ts';
import { type AccumulatorBound, accumulatorFits, type Requantization } from './requantize.ts';

/** True where the node reads or makes codes of 16 bits; weights do not count. */
export function hasWideCodes(graph: Graph, { inputs, outputs }: Pick<Node, 'inputs' | 'outputs'>): boolean {
  return [...inputs.filter((input) => !graph.constants.has(input ?? '')), ...outputs].some(
    (value) => value !== null && isWide(typeOf(graph, value)),
  );
}

const MULTIPLIER_BITS = 31;
const INT32_MAX = 2 ** 31 - 1;
/** The shift of a layer, beyond 32 bits; negative: a scale of more than a quarter. */
const SHIFTS = { min: -31, max: 30 };

/**
 * How sums become codes in layers with codes of 16 bits: one rounding, half up, of an exact product.
 *
 *     y = clamp(zeroPoint + floor((acc * M + 2^(31 + r)) / 2^(32 + r)))        0 < M < 2^31, -31 <= r <= 30
 *
 * One r for the layer, by its largest scale: no multiplier is off by more than 2^-(33 + r), a sum of 32 bits by more than a
 * quarter of a code. `leftShift` is r. `form` says what sums take: 32 bits or 64, with the same result.
 * @param scales positive, below 2^30
 * @param largestSum |acc| of any channel
 */
export function wideCodesRequantization(scales: ArrayLike<number>, largestSum: number): Requantization {
  const list = Array.from(scales);
  const largest = Math.max(...list);
  const bits = MULTIPLIER_BITS - 33 - Math.floor(Math.log2(largest));
  const r = Math.min(SHIFTS.max, Math.max(SHIFTS.min, bits));
  const multiplier = Int32Array.from(list, (scale) =>
    Math.max(1, Math.min(Math.round(scale * 2 ** (32 + r)), INT32_MAX)),
  );
  const form: RequantizationForm = largestSum * 2 ** leftOf(r) <= INT32_MAX ? 'sum32' : 'sum64';
  return { multiplier, leftShift: r, form };
}

/** The same where some sums may leave 32 bits. */
export function withSumsOf<R extends Requantization>(scale: R, bound: AccumulatorBound): R {
  return scale.form === 'sum32' && !accumulatorFits(bound, leftOf(scale.leftShift))
    ? { ...scale, form: 'sum64' }
    : scale;
}

/** Sums of 32 bits are shifted left where r < 1, so that the upper half of the product is all that is needed. */
function leftOf(r: number): number {
  return Math.max(0, 1 - r);
}
