import { producerOf, soleConsumer, typeOf } from '../../ir/graph.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, Node } from '../../ir/types.ts';
import type { FloatJob } from '../../kernels/float/float-job.ts';
import type { LinearJob } from '../../kernels/linear-job.ts';
import { clampCodes, quantOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { must } from '../../support/errors.ts';
import { sumBehind } from '../support/add-int8.ts';

/** Convolutions that can make the sum of an Add in the place of their result, which nobody else reads. */
export function convsOfSum(graph: Graph, add: Node): Node[] {
  return add.inputs.flatMap((own) => {
    const conv = producerOf(graph, own);
    return conv?.op === 'Conv' && canAdd(graph, conv, add) ? [conv] : [];
  });
}

/** The other operand is computed, and no input of the convolution; codes saturate to int8 only before they are added. */
function canAdd(graph: Graph, conv: Node, add: Node): boolean {
  const own = must(conv.outputs[0], 'a result');
  const other = add.inputs.find((value) => value !== own);
  if (other == null || graph.constants.has(other) || conv.inputs.includes(other)) return false;
  if (soleConsumer(graph, own) !== add) return false;
  if (typeOf(graph, own).dtype === 'f32') return canAddNumbers(graph, conv, add);
  if (sumBehind(graph, add, own) === null) return false;
  const { min, max } = clampCodes(conv, quantOf(graph, own));
  return min === -128 && max === 127 && typeOf(graph, own).shape.length <= 4 && !hasWideCodes(graph, conv);
}

/** Windows of numbers with constant weights, that nothing bounds before they are added. */
function canAddNumbers({ types, constants }: Graph, conv: Node, add: Node): boolean {
  const [, weights, bias] = conv.inputs;
  const [own, ...others] = [...add.outputs, ...add.inputs].map((value) => types.get(value ?? ''));
  const alike = others.every((other) => own && other?.dtype === 'f32' && sameShape(other.shape, own.shape));
  const constant = [weights, bias].every((value) => value == null || constants.has(value));
  return alike && constant && conv.clip === null && [3, 4].includes(own?.shape.length ?? 0);
}

/** The tensor of numbers that a layer with this summary adds to its results. */
export function floatSumOf(lower: LowerBuilder, summary: string): Partial<FloatJob> {
  if (lower.sum === null) return {};
  const { node, other } = lower.sum;
  const addend = lower.read(other, 'channels-last');
  return { addend, summary: `${summary}, then ${node.op} '${node.name}'` };
}

/** What a layer with this summary needs to know of the sum that it makes; what it writes is clamped as the sum is. */
export function sumOf(conv: Node, summary: string, lower: LowerBuilder): Partial<LinearJob> {
  if (lower.sum === null) return {};
  const { node, other } = lower.sum;
  const { sum, clamp } = must(sumBehind(lower.graph, node, must(conv.outputs[0], 'a result')), 'a sum');
  const addend = lower.read(other, 'channels-last', { packed: true });
  return { sum, clamp, addend, summary: `${summary}, then ${node.op} '${node.name}'` };
}
