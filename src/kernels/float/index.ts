import type { Kernel } from '../kernel.ts';
import { depthwise2dEightsF32 } from './depthwise.ts';
import type { FloatJob } from './float-job.ts';
import { conv2dHeliumF32, denseHeliumF32, denseRowHeliumF32, depthwise2dHeliumF32 } from './helium.ts';
import { conv2d4x4F32, dense4x4F32 } from './windows.ts';

/** Of layers with float32 weights, before the portable one of each operator. */
export const FLOAT_CONV_KERNELS: readonly Kernel<FloatJob>[] = [
  denseHeliumF32,
  denseRowHeliumF32,
  conv2dHeliumF32,
  depthwise2dHeliumF32,
  dense4x4F32,
  conv2d4x4F32,
  depthwise2dEightsF32,
];
export const FLOAT_DENSE_KERNELS: readonly Kernel<FloatJob>[] = [denseHeliumF32, denseRowHeliumF32, dense4x4F32];
