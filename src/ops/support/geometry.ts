import type { Node, Shape } from '../../ir/types.ts';
import type { WindowShape } from '../../ir/window.ts';
import { intAttribute, intsAttribute, stringAttribute } from './attributes.ts';

export { type WindowShape, windowOverlap, windowParams, windowTitle } from '../../ir/window.ts';

/** Reads kernel, strides, dilations and pads of a Conv or pooling node. Spatial rank 1 or 2, else null. */
export function windowShape(node: Node, x: Shape, y: Shape, kernel: Shape): WindowShape | null {
  const rank = x.length - 2;
  if (rank !== 1 && rank !== 2) return null;
  const ones = new Array<number>(rank).fill(1);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const pads = beginPads(node, x, y, kernel, strides, dilations);
  const two = (values: readonly number[], fill: number) => (rank === 1 ? [fill, values[0]] : values);
  const [in_h, in_w] = two(x.slice(2), 1);
  const [out_h, out_w] = two(y.slice(2), 1);
  const [kernel_h, kernel_w] = two(kernel, 1);
  const [stride_h, stride_w] = two(strides, 1);
  const [dilation_h, dilation_w] = two(dilations, 1);
  const [pad_top, pad_left] = two(pads, 0);
  return {
    batch: x[0],
    in_h: in_h!,
    in_w: in_w!,
    in_c: x[1],
    out_h: out_h!,
    out_w: out_w!,
    out_c: y[1],
    kernel_h: kernel_h!,
    kernel_w: kernel_w!,
    stride_h: stride_h!,
    stride_w: stride_w!,
    dilation_h: dilation_h!,
    dilation_w: dilation_w!,
    pad_top: pad_top!,
    pad_left: pad_left!,
    groups: intAttribute(node, 'group', 1),
  };
}

/** One spatial dimension of a window and how many positions it has. */
export interface SameAxis {
  readonly size: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Padding of both ends that SAME stands for; onnxruntime's pools leave their dilation out of it. */
export function samePads(node: Node, { size, outputs, kernel, stride, dilation }: SameAxis): number {
  const pool = node.op.endsWith('Pool');
  const reached = pool
    ? (Math.ceil(size / stride) - 1) * stride + kernel
    : (outputs - 1) * stride + dilation * (kernel - 1) + 1;
  return Math.max(0, reached - size);
}

/** SAME_UPPER puts the odd pixel at the end, SAME_LOWER at the beginning (ONNX Conv, attribute auto_pad). */
export function beginPads(
  node: Node,
  x: Shape,
  y: Shape,
  kernel: Shape,
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const none = new Array<number>(kernel.length).fill(0);
  if (mode === 'VALID') return none;
  if (mode === 'NOTSET') return intsAttribute(node, 'pads', none).slice(0, kernel.length);
  return kernel.map((size, i) => {
    const total = samePads(node, {
      size: x[i + 2],
      outputs: y[i + 2],
      kernel: size,
      stride: strides[i],
      dilation: dilations[i],
    });
    return mode === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2);
  });
}
