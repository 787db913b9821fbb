import { constantOf } from '../../ir/graph.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { clampCodes, codesOf, quantOf, weightRequantization, zeroPointOf } from '../../quant/quantized.ts';
import { accumulatorBound, accumulatorFits } from '../../quant/requantize.ts';
import { type LayerWeights, readWeights, type WeightParams } from './read-weights.ts';

/** Template parameters of a layer with integer weights. */
export type WeightTables = WeightParams & {
  readonly bias: string;
  readonly multiplier: string;
  readonly left_shift: number;
  readonly input_zero_point: number;
};

/** Adds weights, bias and multipliers; returns their names as template params. Refuses sums that could overflow. */
export function weightTables(node: Node, lower: LowerBuilder, layer: LayerWeights): WeightTables {
  const { weights } = layer;
  const outputs = weights.shape[0]!;
  const inputZeroPoint = zeroPointOf(quantOf(lower.graph, node.inputs[0]));
  const bias = foldedBias(weights, constantOf(lower.graph, node.inputs[2]), inputZeroPoint);
  const { multiplier, leftShift } = weightRequantization(lower.graph, node, outputs);
  const { min, max } = codesOf(quantOf(lower.graph, node.inputs[0]));
  const bound = accumulatorBound(weights.data as Int8Array | Int16Array, outputs, min, max, bias);
  if (!accumulatorFits(bound, leftShift)) {
    return lower.refuse('its sums could overflow 32 bits; leave it in float with --exclude');
  }
  return {
    ...readWeights(node, lower, layer),
    bias: lower.table('bias', 'i32', bias, 'parameters', `bias with the input zero point folded in, of ${node.name}`),
    multiplier: lower.table(
      'multiplier',
      'i32',
      multiplier,
      'parameters',
      `scale * 2^${32 - leftShift} per output of ${node.name}`,
    ),
    left_shift: leftShift,
    input_zero_point: inputZeroPoint,
  };
}

/** bias[o] - zeroPoint * (sum of the weight codes of output o): the kernels then work on raw input codes. */
export function foldedBias(weights: Tensor, bias: Tensor | null, inputZeroPoint: number): Int32Array {
  const outputs = weights.shape[0]!;
  const depth = weights.data.length / outputs;
  return Int32Array.from({ length: outputs }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < depth; i++) sum += Number(weights.data[o * depth + i]);
    return Number(bias?.data[o] ?? 0) - inputZeroPoint * sum;
  });
}

/** zero_point, min and max of the output, as template params. */
export function outputClampParams(node: Node, lower: LowerBuilder): { zero_point: number; min: number; max: number } {
  const quant = quantOf(lower.graph, node.outputs[0]);
  return { zero_point: zeroPointOf(quant), ...clampCodes(node, quant) };
}
