import { ofLength } from '../../ir/of-length.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { filterElements, type WindowShape, windowOverlap, windowParams, windowTitle } from '../../ir/window.ts';
import { isDepthwise, kernelMajor, tapMajor, tapsBytes } from '../../kernels/conv2d/layout.ts';
import { convMacs } from '../../kernels/conv2d/macs.ts';
import type { FloatJob } from '../../kernels/float/float-job.ts';
import { FLOAT_CONV_KERNELS } from '../../kernels/float/index.ts';
import { lowerFloat } from '../../kernels/float/lower-float.ts';
import type { Kernel } from '../../kernels/kernel.ts';
import { depthwiseNumbersWork, numbersWork } from '../../kernels/work.ts';
import type { LowerBuilder } from '../op-def.ts';
import { boundsOf, clipBounds } from '../support/clip.ts';
import { floatSumOf } from './with-sum.ts';

export function lowerConvF32(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const x = lower.read(0, 'channels-last');
  const y = lower.write(0, 'channels-last');
  ofLength(filterElements(shape), weights.data, node.name);
  const job: FloatJob = {
    name: node.name,
    features: lower.features,
    reads: [x],
    shape,
    weights,
    bias: biasOf(node, lower, shape),
    x,
    y,
    bounds: boundsOf(lower.sum?.node ?? node),
    clip: clipBounds(lower.sum?.node ?? node),
    macs: convMacs(shape),
    summary: windowTitle('Conv', shape),
    ...floatSumOf(lower, windowTitle('Conv', shape)),
  };
  const portable = isDepthwise(shape) ? depthwise2dF32 : conv2dF32;
  lowerFloat(job, [...FLOAT_CONV_KERNELS, portable], lower);
}

function biasOf(node: Node, lower: LowerBuilder, shape: WindowShape): FloatJob['bias'] {
  const value = node.inputs[2];
  if (!value) return null;
  ofLength(shape.out_c, { length: elementCount(lower.type(value).shape) }, node.name);
  return (lower.constant(value)?.data as Float32Array | undefined) ?? 'computed';
}

/** Any window. */
const conv2dF32: Kernel<FloatJob> = {
  id: 'conv2d_f32',
  needs: [],
  tile: null,
  accepts: () => true,
  scratchBytes: () => 0,
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 4, 4) }),
  work: ({ shape }) => numbersWork(shape),
  tableBytes: ({ shape }) => 4 * filterElements(shape),
  build: (job, lower) => layerOf('conv2d_f32', job, kernelMajor(job.weights).data, '[out][kernel][in]', lower),
};

/** Any window of one channel a group. */
const depthwise2dF32: Kernel<FloatJob> = {
  ...conv2dF32,
  id: 'depthwise2d_f32',
  scratchBytes: ({ shape }) => tapsBytes(shape),
  work: ({ shape }) => depthwiseNumbersWork(shape, 1, 1),
  build: (job, lower) => layerOf('depthwise2d_f32', job, tapMajor(job.weights, job.shape), '[kernel][out]', lower),
};

function layerOf(template: string, job: FloatJob, weights: Tensor['data'], order: string, lower: LowerBuilder) {
  const { shape, name, x, y, bias, clip, macs, summary } = job;
  const operand = bias === null ? null : lower.read(2, 'row-major');
  const comment = `weights ${order} of ${name}`;
  return {
    template,
    params: {
      shape: windowParams(shape),
      x: x.name,
      w: lower.table('weights', 'f32', weights, 'weights', comment),
      bias: operand?.name ?? 'NULL',
      y: y.name,
      min: clip[0],
      max: clip[1],
      scratch: template === 'depthwise2d_f32' ? lower.scratch(tapsBytes(shape), 'int32_t') : 'NULL',
    },
    macs,
    summary,
  };
}
