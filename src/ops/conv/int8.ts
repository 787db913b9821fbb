import type { Codes } from '../../formats/index.ts';
import { arenaBytes, elementBytes } from '../../ir/tensor.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { isDepthwise, isPlainPointwise, kernelMajor, tapMajor, tapsBytes } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import { activationParams } from '../../kernels/weights/activations.ts';
import { packRows } from '../../kernels/weights/pack-rows.ts';
import { sharedBytes } from '../../kernels/weights/read-weights.ts';
import { outputClampParams, weightTables } from '../../kernels/weights/weight-tables.ts';
import type { LowerBuilder } from '../op-def.ts';
import { type WindowShape, windowOverlap, windowParams, windowTitle } from '../support/geometry.ts';
import { lowerConvAdds } from './adds.ts';

/** int8 convolution: the input zero point is folded into the bias, padding is filled with it. */
export function lowerConvS8(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const depthwise = isDepthwise(shape);
  const depth = shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
  const x = lower.read(0, 'channels-last', { packed: true });
  const y = lower.write(0, 'channels-last', { packed: true });
  const packed = x.packed || y.packed;
  if (!packed && lowerConvAdds(node, lower, shape, weights, x, y)) return;
  const overlap = windowOverlap(shape, elementBytes(x.type), elementBytes(y.type), depthwise ? 1 : 2);
  const tables = weightTables(node, lower, {
    weights,
    codes: depthwise ? (tapMajor(weights, shape) as Codes) : packGroups(weights, shape, depth),
    layout: depthwise ? '[kernel][out]' : '[out][kernel][in] in blocks of 4 x 4',
    order: depthwise
      ? { rows: shape.out_c, perGroup: shape.out_c, depth: 1 }
      : { rows: shape.out_c, perGroup: shape.out_c / shape.groups, depth },
    blocks: !depthwise,
    once: false,
    uses: shape.batch * shape.out_h * shape.out_w,
    activations: arenaBytes(x.type) + arenaBytes(y.type),
    shared: sharedBytes(arenaBytes(x.type), arenaBytes(y.type), overlap),
  });
  const [plain, a4] = depthwise ? ['depthwise2d_s8', 'depthwise2d_a4'] : ['conv2d_s8', 'conv2d_a4'];
  lower.call({
    template: packed ? a4 : plain,
    params: {
      shape: windowParams(shape),
      ...tables,
      ...outputClampParams(node, lower),
      ...(depthwise && { scratch: lower.scratch(tapsBytes(shape), 'int32_t') }),
      ...(packed ? packedParams() : plainParams()),
    },
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
    readsFlash: !packed,
    overlap: tables.block > 0 ? [] : [{ read: x, distance: overlap }],
  });

  function plainParams() {
    if (depthwise) return { x: x.name, y: y.name };
    const patch = isPlainPointwise(shape) ? 'NULL' : lower.scratch(2 * depth, 'int8_t');
    return { x: x.name, y: y.name, scratch: patch };
  }

  /** Depthwise layers unpack a window of all channels, others two pixels' windows of a group. */
  function packedParams() {
    const inPlace = !depthwise && !x.packed && isPlainPointwise(shape);
    const window = depthwise ? depth * shape.in_c : 2 * depth;
    const result = depthwise ? shape.out_c : 2 * (tables.block || shape.out_c);
    return { activations: activationParams(node, lower, x, y, { window: inPlace ? 0 : window, result }) };
  }
}

/** The rows of each group packed by themselves. */
function packGroups(weights: Tensor, shape: WindowShape, depth: number): Codes {
  const codes = kernelMajor(weights).data as Codes;
  const rows = shape.out_c / shape.groups;
  const packed = codes.slice();
  for (let g = 0; g < shape.groups; g++) {
    const from = g * rows * depth;
    packed.set(packRows(codes.subarray(from, from + rows * depth), rows, depth), from);
  }
  return packed;
}
