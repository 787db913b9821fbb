import type { Node, Tensor } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';
import { type WindowShape, windowOverlap, windowParams, windowTitle } from '../support/geometry.ts';
import { permuted } from '../support/permute.ts';
import { convMacs } from './macs.ts';

export function lowerConvF32(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const x = lower.read(0, 'channels-last');
  const bias = node.inputs[2] ? lower.read(2, 'row-major').name : 'NULL';
  const y = lower.write(0, 'channels-last');
  const [min, max] = clipBounds(node);
  lower.call({
    template: 'conv2d_f32',
    params: {
      shape: windowParams(shape),
      x: x.name,
      w: lower.table('weights', 'f32', kernelMajor(weights).data, 'weights', `weights [out][kernel][in] of ${node.name}`),
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

/** [out][in][...kernel] -> [out][...kernel][in], the order in which a channels-last patch lies. */
export function kernelMajor(weights: Tensor): Tensor {
  return permuted(weights, [0, ...weights.shape.map((_, i) => i).slice(2), 1]);
}
