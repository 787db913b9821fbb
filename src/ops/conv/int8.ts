import { intAttribute } from '../../ir/attributes.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { type WindowShape, windowTitle } from '../../ir/window.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { isDepthwise } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import { inSlabs, slabWeights } from '../../kernels/conv2d/slabs.ts';
import { CONV_KERNELS, DEPTHWISE_KERNELS, WIDE_CONV_KERNELS, WIDE_DEPTHWISE_KERNELS } from '../../kernels/index.ts';
import { linearJob } from '../../kernels/linear-job.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { WindowAxis } from '../support/window-loops.ts';
import { sumOf } from './with-sum.ts';

/** Integer convolution: the input zero point is folded into the bias, padding is filled with it. */
export function lowerConvS8(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const wide = hasWideCodes(lower.graph, node);
  const access = wide ? { wide } : { packed: true };
  const x = lower.read(0, 'channels-last', access);
  const y = lower.write(0, 'channels-last', access);
  const job = linearJob(node, lower, {
    shape,
    weights,
    x,
    y,
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
  });
  if (wide) lowerWith(job, isDepthwise(shape) ? WIDE_DEPTHWISE_KERNELS : WIDE_CONV_KERNELS, lower);
  else
    lowerWith(
      { ...job, ...sumOf(node, job.summary, lower) },
      isDepthwise(shape) ? DEPTHWISE_KERNELS : CONV_KERNELS,
      lower,
    );
}

const SLAB_KERNELS = CONV_KERNELS.map(inSlabs);
const WIDE_SLAB_KERNELS = WIDE_CONV_KERNELS.map(inSlabs);

/** Three spatial dimensions: slice by slice of the output. */
export function lowerConv3dS8(node: Node, lower: LowerBuilder, axes: readonly WindowAxis[], weights: Tensor): void {
  const wide = hasWideCodes(lower.graph, node);
  const x = lower.read(0, 'channels-last', { wide });
  const y = lower.write(0, 'channels-last', { wide });
  const [depth, height, width] = axes as [WindowAxis, WindowAxis, WindowAxis];
  const [volumes, channels, , in_h, in_w] = x.shape as [number, number, number, number, number];
  const [, out_c, outputs, out_h, out_w] = y.shape as [number, number, number, number, number];
  const shape: WindowShape = {
    batch: 1,
    in_h,
    in_w,
    in_c: channels * depth.kernel,
    out_h,
    out_w,
    out_c,
    kernel_h: height.kernel,
    kernel_w: width.kernel,
    stride_h: height.stride,
    stride_w: width.stride,
    dilation_h: height.dilation,
    dilation_w: width.dilation,
    pad_top: height.begin,
    pad_left: width.begin,
    groups: intAttribute(node, 'group', 1),
  };
  const macs = convMacs(shape) * volumes * outputs;
  const summary = `Conv ${axes.map(({ kernel }) => kernel).join('x')}, ${outputs} slices of ${out_h} x ${out_w}`;
  const job = linearJob(node, lower, { shape, weights: slabWeights(weights), x, y, macs, summary });
  lowerWith({ ...job, depth: { ...depth, outputs }, volumes }, wide ? WIDE_SLAB_KERNELS : SLAB_KERNELS, lower);
}
