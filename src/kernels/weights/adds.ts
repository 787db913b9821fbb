import { encodeAdds, signedDigits } from '../../formats/adds.ts';
import { type Codes, findFormat } from '../../formats/index.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Json } from '../../ir/program.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { type WindowShape, windowParams } from '../../ir/window.ts';
import { quantOf, weightRequantization, zeroPointOf } from '../../quant/quantized.ts';
import { accumulatorBound } from '../../quant/requantize.ts';
import { shiftRequantization } from '../../quant/shift-requantize.ts';
import { foldedBias, outputClampParams } from './weight-tables.ts';

/** Fields of nn_adds, and the input zero point. */
export type AddParams = { readonly [key: string]: Json };

/** The weights in the order of the kernel: what it adds and subtracts, and how far the sum is shifted after each pass. */
interface Additions {
  readonly bytes: Uint8Array;
  readonly doublings: readonly number[];
  readonly layout: string;
}

/** True where a multiplication costs more than the additions that it stands for. */
export function addsRatherThanMultiplies(lower: LowerBuilder): boolean {
  return lower.features.has('mul32-slow') || lower.features.has('no-mul');
}

/**
 * The tables of a layer that only adds and shifts, on cores where that pays; null where it does not, where scales are no
 * powers of two, or where weights are entropy-coded and so meant to be small, not fast.
 * @param weights [out][...] as the oracle has them
 * @param codes the same in the order of the kernel's lists, rows [out][columns]
 */
export function addRows(node: Node, lower: LowerBuilder, weights: Tensor, codes: Codes): AddParams | null {
  return addTables(node, lower, weights, () => ({
    ...encodeAdds(codes, weights.shape[0]),
    layout: '[out] as lists of inputs to add and to subtract',
  }));
}

/**
 * The same for a depthwise layer, codes [tap][channel]: digits[pass][tap][channel], 0 or e + 1 with the sign of +-2^e.
 * Few weights, often used: a byte each.
 */
export function addTaps(node: Node, lower: LowerBuilder, weights: Tensor, codes: Codes): AddParams | null {
  return addTables(node, lower, weights, () => {
    const digits = Array.from(codes, signedDigits);
    const passes = Math.max(...digits.map(({ length }) => length));
    const planes = Array.from({ length: passes }, (_, pass) =>
      digits.map(({ [pass]: digit }) => (digit ? digit.sign * (digit.exponent + 1) : 0)),
    );
    const bytes = Uint8Array.from(planes.flat());
    return { bytes, doublings: planes.map(() => 0), layout: '[digit][kernel][out] as signed exponents' };
  });
}

function addTables(node: Node, lower: LowerBuilder, weights: Tensor, encode: () => Additions): AddParams | null {
  if (!addsRatherThanMultiplies(lower) || isEntropyCoded(node, lower)) return null;
  if (lower.features.has('mul8') && hasSeveralDigits(weights)) return null;
  const outputs = weights.shape[0];
  const inputZeroPoint = zeroPointOf(quantOf(lower.graph, node.inputs[0]));
  const bias = foldedBias(weights, constantOf(lower.graph, node.inputs[2]), inputZeroPoint);
  const sums = accumulatorBound(weights.data as Codes, outputs, -128, 127);
  const scales = shiftRequantization(weightRequantization(lower.graph, node, outputs), bias, sums);
  if (!scales) return null;
  const { bytes, doublings, layout } = encode();
  return {
    lists: lower.table('weights', 'u8', bytes, 'weights', `weights ${layout}, of ${node.name}`),
    doublings: lower.table('doublings', 'u8', Uint8Array.from(doublings), 'parameters', `doublings of ${node.name}`),
    passes: doublings.length,
    left: scales.left,
    bias: lower.table('bias', 'i32', scales.bias, 'parameters', `bias, input zero point and rounding of ${node.name}`),
    shift: lower.table('shift', 'u8', scales.shift, 'parameters', `right shift per output of ${node.name}`),
    ...outputClampParams(node, lower),
    input_zero_point: inputZeroPoint,
  };
}

/** Some weight is no power of two: a multiplication of 8 bits is cheaper than its digits. */
function hasSeveralDigits({ data }: Tensor): boolean {
  return (data as Codes).some((code) => signedDigits(code).length > 1);
}

function isEntropyCoded(node: Node, lower: LowerBuilder): boolean {
  const name = typeOf(lower.graph, node.inputs[1]).quant?.format;
  return name !== undefined && findFormat(name).unpack === 'words';
}

/** Fields of nn_conv_steps. */
export function stepParams(s: WindowShape): AddParams {
  const row = s.in_w * s.in_c;
  const group_in = s.in_c / s.groups;
  return {
    ...windowParams(s),
    group_in,
    group_out: s.out_c / s.groups,
    depth: s.kernel_h * s.kernel_w * group_in,
    step_x: s.stride_w * s.in_c,
    step_y: s.stride_h * row,
    tap_x: s.dilation_w * s.in_c,
    tap_y: s.dilation_h * row,
    start: -(s.pad_top * row + s.pad_left * s.in_c),
    image: s.in_h * row,
  };
}
