import { typeOf } from '../ir/graph.ts';
import type { Graph, Node, Quant, TensorType, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { type Requantization, requantization } from './requantize.ts';

/** Integer range of an activation's codes. */
export interface CodeRange {
  readonly min: number;
  readonly max: number;
}

/** True when the node computes on codes: its first input carries a quantized type. */
export function isQuantized(type: (value: ValueName | null | undefined) => TensorType, node: Node): boolean {
  return node.inputs[0] != null && type(node.inputs[0]).quant !== null;
}

export function quantOf(graph: Graph, value: ValueName | null | undefined): Quant {
  return must(typeOf(graph, value).quant, `quantization of '${value}'`);
}

export function scaleOf(quant: Quant, channel = 0): number {
  return quant.scale[quant.axis === null ? 0 : channel]!;
}

/** The zero point of a per-tensor type. */
export function zeroPointOf(quant: Quant): number {
  return quant.zeroPoint[0]!;
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
  const code = (real: number) => Math.round(real / scaleOf(quant)) + zeroPointOf(quant);
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
  return requantization(Array.from({ length: channels }, (_, c) => (scaleOf(x) * scaleOf(w, c)) / scaleOf(y)));
}
