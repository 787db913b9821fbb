import type { Codes } from '../../formats/index.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';
import { outputClampParams, weightTables } from '../support/dense-int8.ts';
import { type WindowShape, windowOverlap, windowParams, windowTitle } from '../support/geometry.ts';
import { packRows } from '../support/pack-rows.ts';
import { isDepthwise, kernelMajor, tapMajor, tapsBytes } from './layout.ts';
import { convMacs } from './macs.ts';

/** int8 convolution: the input zero point is folded into the bias, padding is filled with it. */
export function lowerConvS8(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const depthwise = isDepthwise(shape);
  const depth = shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
  const x = lower.read(0, 'channels-last');
  const y = lower.write(0, 'channels-last');
  const overlap = windowOverlap(shape, 1, 1, depthwise ? 1 : 2);
  const tables = weightTables(node, lower, {
    weights,
    codes: depthwise ? (tapMajor(weights, shape) as Codes) : packGroups(weights, shape, depth),
    layout: depthwise ? '[kernel][out]' : '[out][kernel][in] in blocks of 4 x 4',
    rows: depthwise ? null : { groups: shape.groups, perGroup: shape.out_c / shape.groups, columns: depth },
    uses: shape.batch * shape.out_h * shape.out_w,
    shared: sharedBytes(elementCount(x.shape), elementCount(y.shape), overlap),
  });
  lower.call({
    template: depthwise ? 'depthwise2d_s8' : 'conv2d_s8',
    params: {
      shape: windowParams(shape),
      x: x.name,
      y: y.name,
      ...tables,
      ...outputClampParams(node, lower),
      scratch: depthwise
        ? lower.scratch(tapsBytes(shape), 'int32_t')
        : isPlainPointwise(shape)
          ? 'NULL'
          : lower.scratch(2 * depth, 'int8_t'),
    },
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
    overlap: tables.block > 0 ? [] : [{ read: x, distance: overlap }],
  });
}

/** What input and output take less together when the output may start `distance` bytes below the input. */
function sharedBytes(input: number, output: number, distance: number): number {
  return input + output - Math.max(output, Math.max(0, distance) + input);
}

/** 1x1 without padding or stride: the patch is the pixel itself. NULL as the patch says so. */
function isPlainPointwise(s: WindowShape): boolean {
  const noPad = s.pad_top === 0 && s.pad_left === 0;
  return s.kernel_h === 1 && s.kernel_w === 1 && s.groups === 1 && noPad && fits(s);
}

/** The last window lies inside the input. */
function fits(s: WindowShape): boolean {
  return (s.out_h - 1) * s.stride_h < s.in_h && (s.out_w - 1) * s.stride_w < s.in_w;
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
