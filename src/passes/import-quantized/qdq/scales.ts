import { intAttribute } from '../../../ir/attributes.ts';
import { constantOf, typeOf } from '../../../ir/graph.ts';
import { normalizeAxis } from '../../../ir/shape.ts';
import { bitsOf, carrierOf, numbersOf } from '../../../ir/tensor.ts';
import type { DType, Graph, Node, Quant, Rounding, Shape, TensorType } from '../../../ir/types.ts';
import { integerRange } from '../../../numerics/dtype.ts';
import type { CodeRange } from '../../../quant/affine.ts';
import { sameQuant } from '../../../quant/quantized.ts';

/** What a QuantizeLinear or DequantizeLinear says about its integers: real = scale[c] (code - zeroPoint[c]). */
export interface Scales {
  /** Of the integers in the file. */
  readonly dtype: DType;
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  /** null: one scale for the whole tensor. */
  readonly axis: number | null;
}

/** Codes of int8 or int16 that a value shall have: their meaning, and which of them may occur. */
export interface Target {
  readonly quant: Quant;
  readonly range: CodeRange;
  /** Default: 'even-steps'. */
  readonly rounding?: Rounding;
}

/** True when the node is ONNX's own operator of this name. */
export function isPlain(node: Node, op: string): boolean {
  return node.op === op && node.domain === '';
}

/**
 * The scales of a QuantizeLinear or DequantizeLinear between float32 and integers of up to 32 bits; null where they
 * are computed, blocked, or not positive.
 */
export function scalesOf(graph: Graph, node: Node): Scales | null {
  const quantizes = isPlain(node, 'QuantizeLinear');
  if (!quantizes && !isPlain(node, 'DequantizeLinear')) return null;
  const [integers, reals] = quantizes ? [node.outputs[0], node.inputs[0]] : [node.inputs[0], node.outputs[0]];
  const { dtype, shape } = typeOf(graph, integers);
  const scale = constantOf(graph, node.inputs[1]);
  const zero = constantOf(graph, node.inputs[2]);
  if (typeOf(graph, reals).dtype !== 'f32' || !integerRange(dtype) || dtype === 'bool') return null;
  if (scale?.dtype !== 'f32' || (node.inputs[2] != null && !zero)) return null;
  if (intAttribute(node, 'block_size', 0) !== 0 || scale.shape.length > 1) return null;
  const scales = numbersOf(scale);
  const zeros = zero ? numbersOf(zero) : scales.map(() => 0);
  if (scales.length === 0 || zeros.length !== scales.length) return null;
  if (!scales.every((value) => value > 0 && Number.isFinite(value))) return null;
  const axis = normalizeAxis(intAttribute(node, 'axis', 1), shape.length);
  const perChannel = shape[axis] === scales.length && { dtype, scale: scales, zeroPoint: zeros, axis };
  // A file of ours has them by channel on purpose, even where all are alike.
  if (graph.annotations && constantOf(graph, integers) && scale.shape.length === 1 && perChannel) return perChannel;
  const alike = scales.every((value, i) => value === scales[0] && zeros[i] === zeros[0]);
  if (alike) return { dtype, scale: [scales[0]], zeroPoint: [zeros[0]], axis: null };
  return perChannel || null;
}

/** What is taken off an integer to get our code: uint8 moves by 128, uint16 by 32768, others stay; null: over 16 bits. */
export function shiftOf(dtype: DType): number | null {
  if (dtype === 'u8') return 128;
  if (dtype === 'u16') return 32768;
  return ['i8', 'i16', 'i4', 'u4', 'i2', 'u2'].includes(dtype) ? 0 : null;
}

/** The same real numbers over int8 or int16 codes; null for integers beyond 16 bits. */
export function codesTarget({ dtype, scale, zeroPoint, axis }: Scales): Target | null {
  const shift = shiftOf(dtype);
  const range = integerRange(dtype);
  if (shift === null || !range || !zeroPoint.every((zero) => zero >= range.min && zero <= range.max)) return null;
  const bits = bitsOf(dtype) > 8 ? 16 : 8;
  const quant: Quant = { scheme: 'affine', bits, scale, zeroPoint: zeroPoint.map((zero) => zero - shift), axis };
  return { quant, range: { min: range.min - shift, max: range.max - shift } };
}

/** True when codes are those of the target as they stand. */
export function inTarget(codes: Target, { quant, range }: Target): boolean {
  return sameQuant(codes.quant, quant) && codes.range.min >= range.min && codes.range.max <= range.max;
}

export function sameTarget(a: Target, b: Target): boolean {
  const alike = a.range.min === b.range.min && a.range.max === b.range.max && a.rounding === b.rounding;
  return alike && sameQuant(a.quant, b.quant);
}

/** Type of a tensor of codes. */
export function codeType(shape: Shape, quant: Quant): TensorType {
  return { dtype: carrierOf(quant), shape, quant };
}
