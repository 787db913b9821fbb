import type { Node } from '../ir/types.ts';
import type { LowerBuilder, OpDef } from './op-def.ts';
import { intAttribute, intsAttribute } from './support/attributes.ts';
import { clipBounds } from './support/clip.ts';
import { windowOverlap, windowParams, type WindowShape, windowShape, windowTitle } from './support/geometry.ts';

export const maxPool: OpDef = {
  op: 'MaxPool',
  summary: 'Maximum over a window, 1-D and 2-D; dilation, ceil_mode, auto_pad.',
  spatial: true,
  quantize: { inputs: ['activation'], output: 'as-input' },
  lower(node, lower) {
    if (node.outputs[1] != null) return lower.refuse('the Indices output is not supported');
    lowerPool(node, lower, window(node, lower, intsAttribute(node, 'kernel_shape', [])), 'max', 0);
  },
};

export const averagePool: OpDef = {
  op: 'AveragePool',
  summary: 'Mean over a window, 1-D and 2-D; ceil_mode, count_include_pad, dilation.',
  spatial: true,
  quantize: { inputs: ['activation'], output: 'calibrated' },
  lower(node, lower) {
    const shape = window(node, lower, intsAttribute(node, 'kernel_shape', []));
    lowerPool(node, lower, shape, 'average', intAttribute(node, 'count_include_pad', 0));
  },
};

export const globalAveragePool: OpDef = {
  op: 'GlobalAveragePool',
  summary: 'Mean over all positions of each channel.',
  spatial: true,
  quantize: { inputs: ['activation'], output: 'calibrated' },
  lower: (node, lower) => lowerPool(node, lower, globalWindow(node, lower), 'average', 0),
};

export const globalMaxPool: OpDef = {
  op: 'GlobalMaxPool',
  summary: 'Maximum over all positions of each channel.',
  spatial: true,
  quantize: { inputs: ['activation'], output: 'as-input' },
  lower: (node, lower) => lowerPool(node, lower, globalWindow(node, lower), 'max', 0),
};

/** Global pooling is pooling with a window as large as the input; any spatial rank becomes 1 x (all positions). */
function globalWindow(node: Node, lower: LowerBuilder): WindowShape {
  const { shape } = lower.type(node.inputs[0]);
  const positions = shape.slice(2).reduce((a, b) => a * b, 1);
  const channels = shape[1]!;
  return {
    batch: shape[0]!, in_h: 1, in_w: positions, in_c: channels, out_h: 1, out_w: 1, out_c: channels,
    kernel_h: 1, kernel_w: positions, stride_h: 1, stride_w: 1, dilation_h: 1, dilation_w: 1,
    pad_top: 0, pad_left: 0, groups: 1,
  };
}

function window(node: Node, lower: LowerBuilder, kernel: readonly number[]): WindowShape {
  const shape = windowShape(node, lower.type(node.inputs[0]).shape, lower.type(node.outputs[0]).shape, kernel);
  return shape ?? lower.refuse('only 1-D and 2-D pooling becomes C');
}

function lowerPool(node: Node, lower: LowerBuilder, shape: WindowShape, kind: 'max' | 'average', includePad: number): void {
  const { dtype } = lower.type(node.inputs[0]);
  if (dtype !== 'f32') return lower.refuse(`pooling of ${dtype} is not supported`);
  const x = lower.read(0, 'channels-last');
  const y = lower.write(0, 'channels-last');
  const [min, max] = clipBounds(node);
  lower.call({
    template: `${kind}pool2d_f32`,
    params: {
      shape: windowParams(shape),
      x: x.name,
      y: y.name,
      min,
      max,
      ...(kind === 'average' ? paddedExtent(node, shape, includePad) : {}),
    },
    summary: windowTitle(node.op, { ...shape, groups: 1 }),
    overlap: [{ read: x, distance: windowOverlap(shape, 4, 4) }],
  });
}

/**
 * Which positions count: with count_include_pad all of the padded input, i.e. rows below
 * in_h + pad_bottom; without, only real ones. Positions that ceil_mode adds beyond the padding never count.
 */
function paddedExtent(node: Node, s: WindowShape, includePad: number): { count_h: number; count_w: number; include_pad: number } {
  const pads = intsAttribute(node, 'pads', []);
  const rank = pads.length / 2;
  const end = (dimension: number) => (pads.length === 0 ? 0 : pads[rank + dimension]!);
  return {
    include_pad: includePad,
    count_h: s.in_h + (rank === 2 ? end(0) : 0),
    count_w: s.in_w + (rank === 2 ? end(1) : rank === 1 ? end(0) : 0),
  };
}
