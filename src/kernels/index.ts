import { conv2dAdds, depthwise2dAdds } from './conv2d/adds.ts';
import { conv2dA4, conv2dS8 } from './conv2d/portable.ts';
import { denseAdds } from './dense/adds.ts';
import { denseA4, denseS8 } from './dense/portable.ts';
import { depthwise2dA4, depthwise2dS8 } from './depthwise2d/portable.ts';
import type { Kernel } from './kernel.ts';
import type { LinearJob } from './linear-job.ts';

// Candidates by kind of layer. Of equally good ones the first is taken.

export const CONV_KERNELS: readonly Kernel<LinearJob>[] = [conv2dAdds, conv2dA4, conv2dS8];

export const DEPTHWISE_KERNELS: readonly Kernel<LinearJob>[] = [depthwise2dAdds, depthwise2dA4, depthwise2dS8];

export const DENSE_KERNELS: readonly Kernel<LinearJob>[] = [denseAdds, denseA4, denseS8];
