import { producerOf, soleConsumer, typeOf } from '../../ir/graph.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Graph, Node } from '../../ir/types.ts';
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
  if (soleConsumer(graph, own) !== add || sumBehind(graph, add, own) === null) return false;
  const { min, max } = clampCodes(conv, quantOf(graph, own));
  return min === -128 && max === 127 && typeOf(graph, own).shape.length <= 4 && !hasWideCodes(graph, conv);
}

/** What a layer with this summary needs to know of the sum that it makes; what it writes is clamped as the sum is. */
export function sumOf(conv: Node, summary: string, lower: LowerBuilder): Partial<LinearJob> {
  if (lower.sum === null) return {};
  const { node, other } = lower.sum;
  const { sum, clamp } = must(sumBehind(lower.graph, node, must(conv.outputs[0], 'a result')), 'a sum');
  const addend = lower.read(other, 'channels-last', { packed: true });
  return { sum, clamp, addend, summary: `${summary}, then ${node.op} '${node.name}'` };
}
