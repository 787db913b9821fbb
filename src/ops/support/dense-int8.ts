import { constantOf } from '../../ir/graph.ts';
import type { Node, Tensor, TypedArray } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';
import { clampCodes, quantOf, weightRequantization, zeroPointOf } from './quantized.ts';

/** bias[o] - zeroPoint * (sum of the weight codes of output o): the kernels then work on raw input codes. */
export function foldedBias(node: Node, lower: LowerBuilder, weights: Tensor, inputZeroPoint: number): Int32Array {
  const outputs = weights.shape[0]!;
  const depth = weights.data.length / outputs;
  const bias = constantOf(lower.graph, node.inputs[2]);
  return Int32Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < depth; i++) sum += weights.data[o * depth + i] as number;
    return Number(bias?.data[o] ?? 0) - inputZeroPoint * sum;
  });
}

/** Tables of a layer with weights; returns their names as template params. */
export function weightTables(
  node: Node,
  lower: LowerBuilder,
  channels: number,
  { codes, layout, bias }: { codes: TypedArray; layout: string; bias: Int32Array },
): { w: string; bias: string; multiplier: string; left_shift: number } {
  const { multiplier, leftShift } = weightRequantization(lower.graph, node, channels);
  return {
    w: lower.table('weights', 'i8', codes, 'weights', `int8 weights ${layout} of ${node.name}`),
    bias: lower.table('bias', 'i32', bias, 'parameters', `bias with the input zero point folded in, of ${node.name}`),
    multiplier: lower.table('multiplier', 'i32', multiplier, 'parameters', `scale * 2^${32 - leftShift} per output of ${node.name}`),
    left_shift: leftShift,
  };
}

/** zero_point, min and max of the output, as template params. */
export function outputClampParams(node: Node, lower: LowerBuilder): { zero_point: number; min: number; max: number } {
  const quant = quantOf(lower.graph, node.outputs[0]);
  return { zero_point: zeroPointOf(quant), ...clampCodes(node, quant) };
}
