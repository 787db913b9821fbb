import { constantOf, isOutput, typeOf } from '../../../ir/graph.ts';
import { bitsOf, numbersOf } from '../../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { type CodeRange, codeRange } from '../../../quant/affine.ts';
import { dataInputs } from './data-inputs.ts';
import { readersOf, soleReader } from './readers.ts';
import { codesTarget, inTarget, isPlain, sameTarget, scalesOf, shiftOf, type Target } from './scales.ts';

/** Codes that a QuantizeLinear asks for, and the value that is them: of a Clip behind it, when one narrows them. */
export interface Quantizer extends Target {
  readonly output: ValueName;
  readonly nodes: readonly Node[];
}

/** Per tensor and of 8 bits or fewer, or null. */
export function quantizerOf(graph: Graph, node: Node): Quantizer | null {
  const scales = isPlain(node, 'QuantizeLinear') ? scalesOf(graph, node) : null;
  const plain = scales && codesTarget(scales);
  const target = plain && { ...plain, ...(node.rounding && { rounding: node.rounding }) };
  const integers = node.outputs[0];
  if (!scales || !target || target.quant.axis !== null || !integers) return null;
  if (!storable(graph, integers)) return null;
  const clip = soleReader(graph, integers);
  const bounds = clip && codeBounds(graph, clip, target, shiftOf(scales.dtype) ?? 0);
  if (!bounds || !clip?.outputs[0]) return { ...target, output: integers, nodes: [node] };
  const [output] = clip.outputs;
  return { ...withBits(graph, output, { ...target, range: bounds }), output, nodes: [node, clip] };
}

/** The target with the bits that the annotations give these integers, if no code has more. */
export function withBits(graph: Graph, integers: ValueName, target: Target): Target {
  const { quant, range } = target;
  const { bits } = graph.annotations?.codes.get(integers) ?? {};
  const codes = codeRange(bits ?? quant.bits);
  const fit = bits !== undefined && range.min >= codes.min && range.max <= codes.max;
  return { ...target, quant: fit ? { ...quant, bits } : quant };
}

/** Integers narrower than a byte have no form of their own here: everybody must take them for codes. */
export function storable(graph: Graph, integers: ValueName): boolean {
  if (bitsOf(typeOf(graph, integers).dtype) >= 8) return true;
  const coded = readersOf(graph, integers).every((node) => takesCodes(graph, node, integers));
  return coded && !isOutput(graph, integers);
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

/** By value; null where readers disagree. Found once per graph. */
type Wishes = ReadonlyMap<ValueName, Target | null>;
const targets = new WeakMap<Graph, Wishes>();
const meanings = new WeakMap<Graph, Wishes>();

/**
 * The codes in which everybody who reads this float value wants it, through operators that only move elements; null
 * when somebody reads floats, wants other codes, or when it is the model's output.
 */
export function targetOf(graph: Graph, value: ValueName): Target | null {
  const found = targets.get(graph) ?? wishesOf(graph, (node) => quantizerOf(graph, node));
  targets.set(graph, found);
  return found.get(value) ?? null;
}

/**
 * What the integers of a model input or a constant mean: the scales of the DequantizeLinear behind it, moves between;
 * null when somebody reads the integers as such, or they differ.
 */
export function meaningOf(graph: Graph, value: ValueName): Target | null {
  const dequantized = (node: Node) => {
    const scales = isPlain(node, 'DequantizeLinear') ? scalesOf(graph, node) : null;
    return scales && codesTarget(scales);
  };
  const found = meanings.get(graph) ?? wishesOf(graph, dequantized);
  meanings.set(graph, found);
  return found.get(value) ?? null;
}

/** What readers want of every value. `own`: what a node wants of its first input; moves pass wishes on. */
function wishesOf(graph: Graph, own: (node: Node) => Target | null): Wishes {
  const wishes = new Map<ValueName, Target | null>(graph.outputs.map((output) => [output, null]));
  for (const node of [...graph.nodes].reverse()) {
    const first = own(node);
    const data = dataInputs(node) ?? [];
    const passed = agreed(
      node.outputs.flatMap((output) =>
        output !== null && isMoved(graph, node, output) && wishes.has(output) ? [wishes.get(output) ?? null] : [],
      ),
    );
    node.inputs.forEach((input, i) => {
      if (input === null) return;
      const wish = i === 0 && first ? first : data.includes(i) ? passed : null;
      wishes.set(input, wishes.has(input) ? agreed([wishes.get(input) ?? null, wish]) : wish);
    });
  }
  return wishes;
}

/** Of the element type of what is moved: the places of chosen elements are not. */
function isMoved(graph: Graph, { inputs: [x] }: Node, output: ValueName): boolean {
  return typeOf(graph, x).dtype === typeOf(graph, output).dtype;
}

function agreed(wishes: readonly (Target | null)[]): Target | null {
  const [first] = wishes;
  return first && wishes.every((wish) => wish && sameTarget(wish, first)) ? first : null;
}

/** The value that these codes of `value` are: the integers of its one reader, when that quantizes to the very codes. */
export function homeOf(graph: Graph, value: ValueName, codes: Target): ValueName {
  const reader = soleReader(graph, value);
  const quantizer = reader && quantizerOf(graph, reader);
  return quantizer && inTarget(codes, quantizer) ? quantizer.output : value;
}

/** True when this reader does not mind which integers stand for the numbers. */
export function takesCodes(graph: Graph, node: Node, integers: ValueName): boolean {
  if (isPlain(node, 'DequantizeLinear')) return scalesOf(graph, node) !== null;
  return isPlain(node, 'Clip') || (dataInputs(node)?.some((i) => node.inputs[i] === integers) ?? false);
}
