import type { Kernel } from './kernel.ts';
import type { LinearJob } from './linear-job.ts';
import { oncePerJob } from './once-per-job.ts';
import { pairTable } from './packing/pair-table.ts';

/** Of two that cost as much the one with its table in RAM is taken. */
export function inRamOrFlash(kernels: readonly Kernel<LinearJob>[]): Kernel<LinearJob>[] {
  return [...pairsInRam(kernels), ...kernels];
}

/** Kernels that look weights up in pairs, with a table that each inference makes anew in RAM rather than one in flash. */
function pairsInRam(kernels: readonly Kernel<LinearJob>[]): Kernel<LinearJob>[] {
  return kernels.map((kernel) => ({
    ...kernel,
    id: `${kernel.id}_ram`,
    pricedAs: kernel.pricedAs ?? kernel.id,
    accepts(job) {
      const table = pairTable(job);
      const isShared = typeof table !== 'string' && table.shared;
      return isShared ? 'all layers of its format share one table in flash' : kernel.accepts(inRam(job));
    },
    scratchBytes: (job) => kernel.scratchBytes(inRam(job)),
    overlap: (job) => kernel.overlap(inRam(job)),
    work: (job) => kernel.work(inRam(job)),
    tableBytes: (job) => kernel.tableBytes(inRam(job)),
    build: (job, lower) => kernel.build(inRam(job), lower),
  }));
}

const inRam = oncePerJob((job: LinearJob): LinearJob => ({ ...job, pairsInRam: true }));
