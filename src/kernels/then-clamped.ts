import type { Kernel } from './kernel.ts';
import type { LinearJob } from './linear-job.ts';

/** Kernels that saturate to int8, for layers with other bounds as well: their codes are clamped behind them. */
export function thenClamped(kernels: readonly Kernel<LinearJob>[]): Kernel<LinearJob>[] {
  return kernels.map((kernel) => ({
    ...kernel,
    work: (job) => ({ ...kernel.work(job), ...(isClamped(job) && { clamped: codesOf(job) }) }),
    build(job, lower) {
      const layer = kernel.build(job, lower);
      const clamp = isClamped(job) ? { y: job.y.name, codes: codesOf(job), ...job.clamp } : null;
      return { ...layer, params: { ...layer.params, clamp } };
    },
  }));
}

function isClamped({ clamp }: LinearJob): boolean {
  return clamp.min !== -128 || clamp.max !== 127;
}

function codesOf({ shape }: LinearJob): number {
  return shape.batch * shape.out_h * shape.out_w * shape.out_c;
}
