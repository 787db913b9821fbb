import { ofLength } from '../../ir/of-length.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { filterElements, type WindowShape, windowOverlap, windowParams, windowTitle } from '../../ir/window.ts';
import { isDepthwise, kernelMajor, tapMajor, tapsBytes } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import type { LowerBuilder } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';

export function lowerConvF32(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const depthwise = isDepthwise(shape);
  const x = lower.read(0, 'channels-last');
  const bias = node.inputs[2] ? lower.read(2, 'row-major') : null;
  if (bias) ofLength(shape.out_c, { length: elementCount(bias.shape) }, node.name);
  const y = lower.write(0, 'channels-last');
  const codes = depthwise ? tapMajor(weights, shape) : kernelMajor(weights).data;
  const order = depthwise ? '[kernel][out]' : '[out][kernel][in]';
  const [min, max] = clipBounds(node);
  lower.call({
    template: depthwise ? 'depthwise2d_f32' : 'conv2d_f32',
    params: {
      shape: windowParams(shape),
      x: x.name,
      w: lower.table(
        'weights',
        'f32',
        ofLength(filterElements(shape), codes, node.name),
        'weights',
        `weights ${order} of ${node.name}`,
      ),
      bias: bias?.name ?? 'NULL',
      y: y.name,
      min,
      max,
      scratch: depthwise ? lower.scratch(tapsBytes(shape), 'int32_t') : 'NULL',
    },
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
    overlap: [{ read: x, distance: windowOverlap(shape, 4, 4) }],
  });
}
