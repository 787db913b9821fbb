import { constantOf, consumersOf, soleConsumer } from '../../../ir/graph.ts';
import { numbersOf } from '../../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import type { CodeRange } from '../../../quant/affine.ts';
import { dataInputs } from './data-inputs.ts';
import { inTarget, int8Target, isPlain, sameTarget, scalesOf, shiftOf, type Target } from './scales.ts';

/** Codes that a QuantizeLinear asks for, and the value that is them: of a Clip behind it, when one narrows them. */
export interface Quantizer extends Target {
  readonly output: ValueName;
  readonly nodes: readonly Node[];
}

/** Per tensor and of 8 bits or fewer, or null. */
export function quantizerOf(graph: Graph, node: Node): Quantizer | null {
  const scales = isPlain(node, 'QuantizeLinear') ? scalesOf(graph, node) : null;
  const target = scales && int8Target(scales);
  const integers = node.outputs[0];
  if (!scales || !target || !integers) return null;
  const clip = soleConsumer(graph, integers);
  const bounds = clip && codeBounds(graph, clip, target, shiftOf(scales.dtype) ?? 0);
  if (!bounds || !clip?.outputs[0]) return { ...target, output: integers, nodes: [node] };
  return { quant: target.quant, range: bounds, output: clip.outputs[0], nodes: [node, clip] };
}

/** The codes that a Clip of integers with constant bounds leaves; null for any other node. */
export function codeBounds(
  graph: Graph,
  clip: Node,
  { range }: Pick<Target, 'range'>,
  shift: number,
): CodeRange | null {
  if (!isPlain(clip, 'Clip')) return null;
  const bounds = [clip.inputs[1], clip.inputs[2]].map((value, i) => {
    if (value == null) return i === 0 ? range.min : range.max;
    const constant = constantOf(graph, value);
    return constant ? numbersOf(constant)[0] - shift : Number.NaN;
  });
  const [min, max] = [Math.max(bounds[0], range.min), Math.min(bounds[1], range.max)];
  return min <= max ? { min, max } : null;
}

/**
 * The codes in which everybody who reads this float value wants it, through operators that only move elements; null
 * when somebody reads floats, wants other codes, or when it is the model's output.
 */
export function targetOf(graph: Graph, value: ValueName): Target | null {
  if (graph.outputs.includes(value)) return null;
  const wishes = consumersOf(graph, value).map((node) => wishOf(graph, node, value));
  const [first] = wishes;
  return first && wishes.every((wish) => wish && sameTarget(wish, first)) ? first : null;
}

function wishOf(graph: Graph, node: Node, value: ValueName): Target | null {
  const quantizer = quantizerOf(graph, node);
  if (quantizer) return quantizer;
  const data = dataInputs(node);
  if (!data?.some((i) => node.inputs[i] === value)) return null;
  const wishes = node.outputs.flatMap((output) => (output ? [targetOf(graph, output)] : []));
  const [first] = wishes;
  return first && wishes.every((wish) => wish && sameTarget(wish, first)) ? first : null;
}

/** The value that these codes of `value` are: the integers of its one reader, when that quantizes to the very codes. */
export function homeOf(graph: Graph, value: ValueName, codes: Target): ValueName {
  const reader = soleConsumer(graph, value);
  const quantizer = reader && quantizerOf(graph, reader);
  return quantizer && inTarget(codes, quantizer) ? quantizer.output : value;
}

/**
 * What the integers of a model input or a constant mean: the scales of the DequantizeLinear behind it, moves between;
 * null when somebody reads the integers as such, or they differ.
 */
export function meaningOf(graph: Graph, value: ValueName): Target | null {
  if (graph.outputs.includes(value)) return null;
  const meanings = consumersOf(graph, value).map((node): Target | null => {
    const scales = isPlain(node, 'DequantizeLinear') ? scalesOf(graph, node) : null;
    if (scales) return int8Target(scales);
    const data = dataInputs(node);
    const output = node.outputs[0];
    return data?.some((i) => node.inputs[i] === value) && output ? meaningOf(graph, output) : null;
  });
  const [first] = meanings;
  return first && meanings.every((meaning) => meaning && sameTarget(meaning, first)) ? first : null;
}

/** True when every reader takes these integers for codes. */
export function readAsCodes(graph: Graph, integers: ValueName): boolean {
  return (
    !graph.outputs.includes(integers) && consumersOf(graph, integers).every((node) => takesCodes(graph, node, integers))
  );
}

/** True when this reader does not mind which integers stand for the numbers. */
export function takesCodes(graph: Graph, node: Node, integers: ValueName): boolean {
  if (isPlain(node, 'DequantizeLinear')) return scalesOf(graph, node) !== null;
  return isPlain(node, 'Clip') || (dataInputs(node)?.some((i) => node.inputs[i] === integers) ?? false);
}
