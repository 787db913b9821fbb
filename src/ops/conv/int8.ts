import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { type WindowShape, windowTitle } from '../../ir/window.ts';
import { lowerWith } from '../../kernels/choose.ts';
import { isDepthwise } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import { CONV_KERNELS, DEPTHWISE_KERNELS, WIDE_CONV_KERNELS, WIDE_DEPTHWISE_KERNELS } from '../../kernels/index.ts';
import { linearJob } from '../../kernels/linear-job.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';

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
  else lowerWith(job, isDepthwise(shape) ? DEPTHWISE_KERNELS : CONV_KERNELS, lower);
}
