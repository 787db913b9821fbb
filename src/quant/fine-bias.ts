import { constantOf, typeOf } from '../ir/graph.ts';
import type { Graph, Node } from '../ir/types.ts';

/**
 * A bias that is no whole number of steps of the sums it is added to: quantized files may keep it in float. Its constant is
 * in finer steps, 2^-bits of those. The accumulator has 32 bits and the sums need fewer, so that it holds both:
 *
 *     acc  = fraction * 2^(31 - bits) + sum         |sum| < 2^(30 - bits),  |fraction| <= 2^(bits - 1)
 *     fine = sum * 2^bits + fraction                what is rounded
 *
 * Products are added to it as to any other.
 */
export interface FineBias {
  /** In steps of 2^-bits. */
  readonly codes: Int32Array;
  readonly bits: number;
}

/** Finer than float32 is on the smallest sums. */
const MOST_BITS = 12;
/** Fewer are coarser than float32 on sums of that size. */
const FEWEST_BITS = 4;

export interface SumsOfLayer {
  /** Per channel: the largest one, without bias. */
  readonly sums: ArrayLike<number>;
  /** Per channel: what their steps are in steps of the result. */
  readonly scales: ArrayLike<number>;
}

/** Twice the codes of 8 bits, which are all that is rounded to steps of sums. */
const BEYOND_CODES = 512;

/**
 * Null where whole steps do as well: as float32 has the bias; or where the sums are too large for a fraction.
 * @param bias per channel in steps of the sums
 */
export function fineBias(bias: ArrayLike<number>, { sums, scales }: SumsOfLayer): FineBias | null {
  if (isWhole(bias)) return null;
  // A bias that takes every sum beyond the codes does so at less, too, and leaves the fractions of others their bits.
  const steps = Array.from(bias, (b, c) => {
    const enough = Math.ceil(sums[c]! + BEYOND_CODES / scales[c]!);
    return Math.min(enough, Math.max(-enough, b));
  });
  const largest = Math.max(...steps.map((b, c) => Math.abs(b) + sums[c] + 1));
  const bits = Math.min(MOST_BITS, Math.floor(30 - Math.log2(largest)));
  const fits = bits >= FEWEST_BITS && Array.from(scales).every((scale) => scale < 2 ** bits);
  return !fits ? null : { codes: Int32Array.from(steps, (b) => Math.round(b * 2 ** bits)), bits };
}

/** Whether whole steps are as near to the bias as float32 is. */
export function isWhole(bias: ArrayLike<number>): boolean {
  return Array.from(bias).every((b) => Math.abs(b - Math.round(b)) <= Math.abs(b) * 2 ** -22);
}

/** Of the bias of a Conv, Gemm or MatMul over codes: 0 where it is in steps of the sums, as those of our own models are. */
export function fractionBits(graph: Graph, node: Node): number {
  if (!node.rounding) return 0;
  const [x, w, bias] = node.inputs.map((input) => (input === null ? null : typeOf(graph, input).quant));
  return x && w && bias ? Math.round(Math.log2((x.scale[0] * w.scale[0]) / bias.scale[0])) : 0;
}

/** Per channel, as the accumulator starts with it; nothing where there is none. */
export function startOf(graph: Graph, node: Node): ArrayLike<number> {
  const codes = (constantOf(graph, node.inputs[2])?.data as Int32Array | undefined) ?? new Int32Array();
  const bits = fractionBits(graph, node);
  if (bits === 0) return codes;
  return Array.from(codes, (code) => {
    const sum = Math.floor(code / 2 ** bits + 0.5);
    return (code - sum * 2 ** bits) * 2 ** (31 - bits) + sum;
  });
}
