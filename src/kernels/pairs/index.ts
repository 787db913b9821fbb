import type { Kernel } from '../kernel.ts';
import { type AddJob, add4S8 } from './add4.ts';
import { inChunks } from './chunks.ts';
import { addHeliumS8, mulHeliumS8 } from './helium.ts';
import { type MulJob, mul4S8 } from './mul4.ts';
import type { PairJob, RunKernel } from './pair-job.ts';

// Of equally good ones the first is taken; portable ones stand with the operators.

export const ADD_KERNELS: readonly Kernel<AddJob>[] = withChunks([addHeliumS8, add4S8]);
export const MUL_KERNELS: readonly Kernel<MulJob>[] = withChunks([mulHeliumS8, mul4S8]);

function withChunks<J extends PairJob>(kernels: readonly RunKernel<J>[]): Kernel<J>[] {
  return [...kernels, ...kernels.map((kernel) => inChunks(kernel))];
}
