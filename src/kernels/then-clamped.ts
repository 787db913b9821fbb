import type { Json, Work } from '../ir/program.ts';
import type { CodeRange } from '../quant/affine.ts';
import type { Kernel } from './kernel.ts';
import type { CodesJob } from './packed-codes.ts';

/** Kernels that saturate to int8, for layers with other bounds as well: their codes are clamped behind them. */
export function thenClamped<J extends CodesJob>(kernels: readonly Kernel<J>[]): Kernel<J>[] {
  return kernels.map((kernel) => ({
    ...kernel,
    work: (job) => ({ ...kernel.work(job), ...clampWork(job.clamp, codesOf(job)) }),
    build(job, lower) {
      const layer = kernel.build(job, lower);
      return { ...layer, params: { ...layer.params, clamp: clampParams(job.clamp, job.y.name, codesOf(job)) } };
    },
  }));
}

/** Template parameters of nn_clamp_s8, or null where codes saturate to these bounds anyway. */
export function clampParams(clamp: CodeRange, y: string, codes: number): Json {
  return isSaturation(clamp) ? null : { y, codes, min: clamp.min, max: clamp.max };
}

export function clampWork(clamp: CodeRange, codes: number): Work {
  return isSaturation(clamp) ? {} : { clamped: codes };
}

function isSaturation({ min, max }: CodeRange): boolean {
  return min === -128 && max === 127;
}

function codesOf({ shape }: CodesJob): number {
  return shape.batch * shape.out_h * shape.out_w * shape.out_c;
}
