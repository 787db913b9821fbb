import { constantOf, typeOf } from '../ir/graph.ts';
import { rowAxisOf } from '../ir/linear.ts';
import { carrierOf } from '../ir/tensor.ts';
import type { Graph, Node, Quant, TensorType, ValueName } from '../ir/types.ts';
import { roundHalfEven } from '../numerics/float16.ts';
import { must } from '../support/errors.ts';
import type { Affine, CodeRange } from './affine.ts';
import { fractionBits } from './fine-bias.ts';
import { fineRequantization, importedRequantization } from './imported-scales.ts';
import { productScale, type Requantization, requantization } from './requantize.ts';
import { hasWideCodes, wideCodesRequantization } from './wide-codes.ts';

/** True when the node computes on codes: its first input carries a quantized type. */
export function isQuantized(type: (value: ValueName | null | undefined) => TensorType, node: Node): boolean {
  return node.inputs[0] != null && type(node.inputs[0]).quant !== null;
}

export function quantOf(graph: Graph, value: ValueName | null | undefined): Quant {
  return must(typeOf(graph, value).quant, `quantization of '${value}'`);
}

export function scaleOf(quant: Quant, channel = 0): number {
  return quant.scale[quant.axis === null ? 0 : channel];
}

/** The zero point of a per-tensor type. */
export function zeroPointOf(quant: Quant): number {
  return quant.zeroPoint[0];
}

/** Of a type with one scale. */
export function affineOf(quant: Quant): Affine {
  return { scale: quant.scale[0], zeroPoint: quant.zeroPoint[0] };
}

/** Whether codes of both stand for the same numbers, in the same element type. */
export function sameQuant(a: Quant, b: Quant): boolean {
  return (
    carrierOf(a) === carrierOf(b) &&
    a.axis === b.axis &&
    a.scale.length === b.scale.length &&
    a.scale.every((scale, i) => scale === b.scale[i] && a.zeroPoint[i] === b.zeroPoint[i])
  );
}

/** The codes of a signed type. */
export function codesOf({ bits }: Quant): CodeRange {
  const top = 2 ** (bits - 1) - 1;
  return { min: -top - 1, max: top };
}

/** Codes to which the result is clamped: the type's range, narrowed by a fused Relu or Clip. */
export function clampCodes(node: Node, quant: Quant): CodeRange {
  const range = codesOf(quant);
  if (!node.clip) return range;
  const round = node.rounding ? (real: number) => roundHalfEven(Math.fround(real)) : Math.round;
  const code = (real: number) => round(real / scaleOf(quant)) + zeroPointOf(quant);
  const bounded = (code: number) => Math.max(range.min, Math.min(range.max, code));
  return { min: bounded(code(node.clip[0])), max: bounded(code(node.clip[1])) };
}

/**
 * Multipliers that bring the accumulators of Conv, Gemm or MatMul (scale x times scale w, per output channel)
 * to the output's scale. One per output channel, also when the weights have one scale.
 */
export function weightRequantization(graph: Graph, node: Node, channels: number): Requantization {
  const x = quantOf(graph, node.inputs[0]);
  const w = quantOf(graph, node.inputs[1]);
  const y = quantOf(graph, node.outputs[0]);
  const bits = fractionBits(graph, node);
  const ofSum = (c: number) => productScale(scaleOf(x), scaleOf(w, c), scaleOf(y));
  const scales = Array.from({ length: channels }, (_, c) => ofSum(c) / 2 ** bits);
  if (bits > 0) return fineRequantization(scales, bits);
  return layerRequantization(graph, node, scales, () => largestSums(graph, node, channels));
}

/**
 * How the sums of a layer become codes: half up, unless the node says otherwise and it makes a difference.
 * @param sums the largest |acc| of each channel
 */
export function layerRequantization(
  graph: Graph,
  node: Node,
  scales: readonly number[],
  sums: () => ArrayLike<number>,
): Requantization {
  if (hasWideCodes(graph, node)) {
    return wideCodesRequantization(scales, Math.max(...Array.from(sums())));
  }
  if (!node.rounding) return requantization(scales);
  const y = quantOf(graph, node.outputs[0]);
  const { min, max } = clampCodes(node, y);
  const zero = zeroPointOf(y);
  const reach = { sums: sums(), steps: Math.max(Math.abs(min - zero), Math.abs(max - zero)) + 1 };
  const odd = node.rounding === 'even-codes' && zero % 2 !== 0;
  return importedRequantization(scales, reach, odd ? 1 : 0);
}

/** Largest |sum of w (x - zero point) + bias| of each output channel, over all codes x, in steps of the bias. */
export function largestSums(graph: Graph, node: Node, channels: number): Float64Array {
  const weights = must(constantOf(graph, node.inputs[1]), 'weights').data;
  const bias = constantOf(graph, node.inputs[2]);
  const inputMajor = rowAxisOf(node) === 1;
  const depth = weights.length / channels;
  const span = spanOf(quantOf(graph, node.inputs[0]));
  const unit = 2 ** fractionBits(graph, node);
  return Float64Array.from({ length: channels }, (_, c) => {
    let norm = 0;
    for (let i = 0; i < depth; i++) norm += Math.abs(Number(weights[inputMajor ? i * channels + c : c * depth + i]));
    return norm * span * unit + Math.abs(Number(bias?.data[c] ?? 0));
  });
}

/** Largest |code - zero point|. */
export function spanOf(quant: Quant): number {
  const { min, max } = codesOf(quant);
  return Math.max(max - zeroPointOf(quant), zeroPointOf(quant) - min);
}
