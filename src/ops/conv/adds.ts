import type { Codes } from '../../formats/index.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { isDepthwise, isPlainPointwise, kernelMajor, tapMajor } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import { addRows, addTaps, stepParams } from '../../kernels/weights/adds.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { type WindowShape, windowOverlap, windowTitle } from '../support/geometry.ts';

/** int8 convolution by additions and shifts; false where it cannot, or does not pay on this core. */
export function lowerConvAdds(
  node: Node,
  lower: LowerBuilder,
  shape: WindowShape,
  weights: Tensor,
  x: Operand,
  y: Operand,
): boolean {
  const depthwise = isDepthwise(shape);
  const taps = shape.kernel_h * shape.kernel_w;
  const adds = depthwise
    ? addTaps(node, lower, weights, tapMajor(weights, shape) as Codes)
    : addRows(node, lower, weights, kernelMajor(weights).data as Codes);
  if (!adds) return false;
  const window = () => lower.scratch((2 * taps * shape.in_c) / shape.groups, 'int8_t');
  lower.call({
    template: depthwise ? 'depthwise2d_adds' : 'conv2d_adds',
    params: {
      steps: stepParams(shape),
      x: x.name,
      y: y.name,
      ...adds,
      scratch: depthwise ? lower.scratch(4 * taps, 'int32_t') : isPlainPointwise(shape) ? 'NULL' : window(),
    },
    macs: convMacs(shape),
    summary: `${windowTitle('Conv', shape)}, by additions`,
    readsFlash: true,
    overlap: [{ read: x, distance: windowOverlap(shape, 1, 1, depthwise ? 1 : 2) }],
  });
  return true;
}
