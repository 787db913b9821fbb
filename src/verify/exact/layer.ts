import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';

/** What a layer of codes computes of one element, before it rounds. */
export interface ExactResult {
  /** The real result in steps of its scale, from the zero point. */
  readonly steps: number;
  /** How far float32 may be from it, in steps. */
  readonly error: number;
  /** Set: a table of straight lines, which are off by so many codes. */
  readonly lines?: number;
}

/**
 * The result of the element at `index` in float64: codes are small integers and scales have 24 bits, so that products are
 * exact, and what float64 rounds is 2^-29 of what float32 does.
 */
export type ExactLayer = (index: number) => ExactResult;

export interface Codes {
  readonly shape: readonly number[];
  /** Code less zero point. */
  centred(index: number): number;
  /** The real number of a step; `channel` where each has its own. */
  scale(channel?: number): number;
}

/** A layer with the values that it reads. */
export interface LayerValues {
  readonly graph: Graph;
  readonly node: Node;
  seen(value: ValueName): Tensor;
}

/** The operand at `input`, null where it is left out. */
export function codesOf({ graph, node, seen }: LayerValues, input: number): Codes | null {
  const value = node.inputs[input];
  if (value == null) return null;
  const quant = quantOf(graph, value);
  const { data, shape } = seen(value);
  const zero = quant.axis === null ? zeroPointOf(quant) : 0;
  return {
    shape,
    centred: (index) => Number(data[index]) - zero,
    scale: (channel = 0) => scaleOf(quant, quant.scale.length === 1 ? 0 : channel),
  };
}

export function operand(layer: LayerValues, input: number): Codes {
  return must(codesOf(layer, input), `input ${input} of '${layer.node.name}'`);
}

/** Of the layer's result. */
export function stepOf({ graph, node }: LayerValues): number {
  return scaleOf(quantOf(graph, node.outputs[0]));
}

export function shapeOf({ graph, node }: LayerValues): readonly number[] {
  return typeOf(graph, node.outputs[0]).shape;
}

const UNIT = 2 ** -24;
/** Roundings that are independent of each other add up to more than 6 sqrt(k) units in one case of 10^7 (Higham, Mary 2019). */
const DEVIATIONS = 6;

/**
 * The error of a sum in float32 each of whose terms, of the magnitudes `magnitude` together, passes `roundings` roundings: k
 * units at worst, and 6 sqrt(k) where k is large.
 */
export function float32Error(roundings: number, magnitude: number): number {
  return UNIT * Math.min(roundings, DEVIATIONS * Math.sqrt(roundings)) * magnitude;
}

/** A sum of products in real numbers of steps. */
export interface Sum {
  readonly sum: number;
  /** Of the magnitudes of its terms. */
  readonly magnitude: number;
  readonly terms: number;
}

/** Numbers of both operands and their product, the sum, the bias, the division by the step, the zero point: one rounding each. */
const AROUND = 6;

export function exactSum({ sum, magnitude, terms }: Sum): ExactResult {
  return { steps: sum, error: float32Error(terms + AROUND, magnitude) };
}
