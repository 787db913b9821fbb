import { intAttribute, intsAttribute, stringAttribute } from './attributes.ts';
import type { Json } from './program.ts';
import type { Node, Shape } from './types.ts';

/** A 2-D (or 1-D as height 1) convolution or pooling window; field names as in nn_conv_shape.h. */
export interface WindowShape {
  readonly batch: number;
  readonly in_h: number;
  readonly in_w: number;
  readonly in_c: number;
  readonly out_h: number;
  readonly out_w: number;
  readonly out_c: number;
  readonly kernel_h: number;
  readonly kernel_w: number;
  readonly stride_h: number;
  readonly stride_w: number;
  readonly dilation_h: number;
  readonly dilation_w: number;
  readonly pad_top: number;
  readonly pad_left: number;
  readonly groups: number;
}

export function windowParams(shape: WindowShape): { [key: string]: Json } {
  return { ...shape };
}

/** 'Conv 3x3 stride 2x2' */
export function windowTitle(op: string, s: WindowShape): string {
  const stride = s.stride_h === 1 && s.stride_w === 1 ? '' : ` stride ${s.stride_h}x${s.stride_w}`;
  const groups = s.groups === 1 ? '' : s.groups === s.in_c ? ' depthwise' : ` ${s.groups} groups`;
  return `${op} ${s.kernel_h}x${s.kernel_w}${stride}${groups}`;
}

/**
 * Bytes by which a raster-order window kernel's output must start below its input when both share memory:
 * max over output pixels t of (bytes written up to the end of t) - (lowest input byte that t or a later pixel reads).
 * An element may be half a byte. With several pixels at once, all of a group (it does not cross rows) are written while the first is still read.
 */
export function windowOverlap(
  s: WindowShape,
  inElementBytes: number,
  outElementBytes: number,
  pixelsAtOnce = 1,
): number {
  const inPixel = s.in_c * inElementBytes;
  const outPixel = s.out_c * outElementBytes;
  const pixels = s.batch * s.out_h * s.out_w;
  let lowest = Number.POSITIVE_INFINITY;
  let distance = 0;
  for (let t = pixels - 1; t >= 0; t--) {
    const ox = t % s.out_w;
    const oy = Math.floor(t / s.out_w) % s.out_h;
    const n = Math.floor(t / (s.out_w * s.out_h));
    const iy = Math.min(s.in_h - 1, Math.max(0, oy * s.stride_h - s.pad_top));
    const ix = Math.min(s.in_w - 1, Math.max(0, ox * s.stride_w - s.pad_left));
    lowest = Math.min(lowest, Math.floor(((n * s.in_h + iy) * s.in_w + ix) * inPixel));
    const together = Math.min(s.out_w - ox, pixelsAtOnce - (ox % pixelsAtOnce));
    distance = Math.max(distance, Math.ceil((t + together) * outPixel) - lowest);
  }
  return distance;
}

/** Weights that a convolution of this shape reads. */
export function filterElements({ out_c, in_c, groups, kernel_h, kernel_w }: WindowShape): number {
  return (out_c * in_c * kernel_h * kernel_w) / groups;
}

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
    in_h,
    in_w,
    in_c: x[1],
    out_h,
    out_w,
    out_c: y[1],
    kernel_h,
    kernel_w,
    stride_h,
    stride_w,
    dilation_h,
    dilation_w,
    pad_top,
    pad_left,
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

/** Padding of both ends that SAME stands for. */
export function samePads(node: Node, axis: SameAxis): number {
  return Math.max(0, sameTotal(node, axis));
}

/** The same, negative where strides leave out elements; onnxruntime's pools leave their dilation out of it. */
export function sameTotal(node: Node, { size, outputs, kernel, stride, dilation }: SameAxis): number {
  const pool = node.op.endsWith('Pool');
  const reached = pool
    ? (Math.ceil(size / stride) - 1) * stride + kernel
    : (outputs - 1) * stride + dilation * (kernel - 1) + 1;
  return reached - size;
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
