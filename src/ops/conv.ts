import { elementCount } from '../ir/shape.ts';
import type { Node } from '../ir/types.ts';
import type { LowerBuilder, OpDef } from './op-def.ts';
import { clipBounds } from './support/clip.ts';
import { type WindowShape, windowOverlap, windowParams, windowShape, windowTitle } from './support/geometry.ts';
import { permuted } from './support/permute.ts';

export const conv: OpDef = {
  op: 'Conv',
  summary: 'Convolution, 1-D and 2-D, grouped, depthwise, strided, dilated, padded.',
  spatial: true,
  lower(node, lower) {
    const x = lower.type(node.inputs[0]);
    const w = lower.type(node.inputs[1]);
    const y = lower.type(node.outputs[0]);
    const shape = windowShape(node, x.shape, y.shape, w.shape.slice(2));
    if (!shape) return lower.refuse('only 1-D and 2-D convolutions become C');
    lowerConvF32(node, lower, shape);
  },
};

function lowerConvF32(node: Node, lower: LowerBuilder, shape: WindowShape): void {
  const weights = lower.constant(node.inputs[1]);
  if (!weights) return lower.refuse('its weights must be constant');
  const x = lower.read(0, 'channels-last');
  const w = permuted(weights, [0, ...weights.shape.map((_, i) => i).slice(2), 1]);
  const bias = node.inputs[2] ? lower.read(2, 'row-major').name : 'NULL';
  const y = lower.write(0, 'channels-last');
  const [min, max] = clipBounds(node);
  lower.call({
    template: 'conv2d_f32',
    params: {
      shape: windowParams(shape),
      x: x.name,
      w: lower.table('weights', 'f32', w.data, 'weights', `weights [out][kernel][in] of ${node.name}`),
      bias,
      y: y.name,
      min,
      max,
    },
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
    overlap: [{ read: x, distance: windowOverlap(shape, 4, 4) }],
  });
}

export function convMacs(s: WindowShape): number {
  return elementCount([s.batch, s.out_h, s.out_w, s.out_c, s.kernel_h, s.kernel_w, s.in_c / s.groups]);
}
