import { intsAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { OracleBuilder } from '../op-def.ts';
import { ONNX_I64, requantized, sumsOfCodes } from '../support/oracle.ts';
import { windowAxes } from '../support/window-loops.ts';
import { cellsOf, scalesOfCells } from './cells.ts';
import { paddedExtent } from './float.ts';
import { averageScales } from './int8.ts';

/**
 * The window sum is a depthwise Conv with a kernel of ones over (x - zero point), exact in float32;
 * then one multiply whose factor depends on the number of cells at that position.
 */
export function averagePoolOracle(node: Node, oracle: OracleBuilder, shape: WindowShape, includePad: number): void {
  const x = quantOf(oracle.graph, node.inputs[0]);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const type = oracle.type(node.inputs[0]);
  const rank = type.shape.length - 2;
  const kernel = node.op === 'GlobalAveragePool' ? type.shape.slice(2) : intsAttribute(node, 'kernel_shape', []);
  const ones = new Float32Array(shape.in_c * shape.kernel_h * shape.kernel_w).fill(1);
  const attributes = node.op === 'GlobalAveragePool' ? { group: shape.in_c } : convAttributes(shape, rank);
  const acc = sumsOfCodes(oracle, node.inputs[0]!, x, (input) => {
    const weights = oracle.tensor('f32', [shape.in_c, 1, ...kernel], ones);
    return oracle.node('Cast', [oracle.node('Conv', [input, weights], attributes)], { to: ONNX_I64 });
  });
  const { multiplier, counts, rows, columns, ...requantization } = averageScales(
    oracle.graph,
    node,
    shape,
    paddedExtent(node, shape, includePad),
  );
  const perPosition = rows.flatMap((r) => columns.map((c) => multiplier[counts.indexOf(r * c)] ?? 1));
  const spatial =
    node.op === 'GlobalAveragePool'
      ? kernel.map(() => 1)
      : rank === 1
        ? [columns.length]
        : [rows.length, columns.length];
  const scales = { ...requantization, multiplier: Int32Array.from(perPosition) };
  oracle.output(0, requantized(oracle, acc, scales, spatial, zeroPointOf(y), clampCodes(node, y)));
}

/** Pooling pads become Conv pads; with ceil_mode the end is padded until the last window fits. */
function convAttributes(s: WindowShape, rank: number): Node['attributes'] {
  const end = (out: number, stride: number, kernel: number, dilation: number, size: number, pad: number) =>
    (out - 1) * stride + dilation * (kernel - 1) + 1 - size - pad;
  const bottom = end(s.out_h, s.stride_h, s.kernel_h, s.dilation_h, s.in_h, s.pad_top);
  const right = end(s.out_w, s.stride_w, s.kernel_w, s.dilation_w, s.in_w, s.pad_left);
  const pads = [s.pad_top, s.pad_left, Math.max(0, bottom), Math.max(0, right)];
  const two = (h: number, w: number) => (rank === 1 ? [w] : [h, w]);
  return {
    group: s.in_c,
    strides: two(s.stride_h, s.stride_w),
    dilations: two(s.dilation_h, s.dilation_w),
    pads: rank === 1 ? [pads[1], pads[3]] : pads,
  };
}

/** The same for windows of any rank. */
export function averagePoolNdOracle(node: Node, oracle: OracleBuilder, includePad: number): void {
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => quantOf(oracle.graph, value));
  const [from, to] = [node.inputs[0], node.outputs[0]].map((value) => oracle.type(value).shape);
  const kernel = intsAttribute(node, 'kernel_shape', []);
  const axes = windowAxes(node, from, to, kernel);
  const ends = axes.map(({ size, kernel: taps, stride, dilation, begin }, d) =>
    Math.max(0, (to[d + 2] - 1) * stride + dilation * (taps - 1) + 1 - size - begin),
  );
  const attributes = {
    group: from[1],
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ begin }) => begin), ...ends],
  };
  const ones = new Float32Array(from[1] * elementCount(kernel)).fill(1);
  const acc = sumsOfCodes(oracle, node.inputs[0]!, x, (input) => {
    const weights = oracle.tensor('f32', [from[1], 1, ...kernel], ones);
    return oracle.node('Cast', [oracle.node('Conv', [input, weights], attributes)], { to: ONNX_I64 });
  });
  const cells = cellsOf(axes, to.slice(2), includePad === 1);
  const { multiplier, counts, ...requantization } = scalesOfCells(oracle.graph, node, cells);
  const places = cells.reduce<readonly number[]>((all, axis) => all.flatMap((a) => axis.map((b) => a * b)), [1]);
  const perPosition = Int32Array.from(places, (count) => multiplier[counts.indexOf(count)] ?? 1);
  const scales = { ...requantization, multiplier: perPosition };
  oracle.output(0, requantized(oracle, acc, scales, to.slice(2), zeroPointOf(y), clampCodes(node, y)));
}
