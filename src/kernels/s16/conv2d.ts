import type { Codes } from '../../formats/index.ts';
import { windowOverlap, windowParams } from '../../ir/window.ts';
import { isPlainPointwise, kernelMajor } from '../conv2d/layout.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableWork } from '../work.ts';
import { rowsOfWeights, wideOrNot } from './wide-weights.ts';

const plans = weightPlans((job) =>
  rowsOfWeights(job, kernelMajor(job.weights).data as Codes, {
    layout: '[out][kernel][in]',
    once: false,
    distance: distanceOf(job),
  }),
);

/** Codes of 16 bits: four rows of weights times the window of a pixel, gathered first; any window, any format. */
export const conv2dS16: Kernel<LinearJob> = {
  id: 'conv2d_s16',
  needs: [],
  tile: { outputs: 4, pixels: 1, depth: 4 },
  accepts: (job) => wideOrNot(job) ?? plans.refusal(job) ?? true,
  scratchBytes: (job) => patchBytes(job) + plans.of(job).scratchBytes,
  overlap: (job) => (plans.of(job).block > 0 ? null : { atLeast: distanceOf(job) }),
  work: (job) => portableWork(job, plans.of(job)),
  tableBytes: (job) => job.weights.data.length,
  build(job, lower) {
    const plan = plans.of(job);
    const tables = weightTables(job, plan, lower);
    const patch = patchBytes(job);
    return {
      template: 'conv2d_s16',
      params: {
        shape: windowParams(job.shape),
        ...tables,
        ...clampParams(job),
        x: job.x.name,
        y: job.y.name,
        scratch: patch === 0 ? 'NULL' : lower.scratch(patch, 'int16_t'),
      },
      macs: job.macs,
      summary: job.summary,
      reading: plan.reading,
    };
  },
};

/** A window; none where a pixel is its own. */
function patchBytes({ shape }: LinearJob): number {
  return isPlainPointwise(shape) ? 0 : 2 * shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
}

function distanceOf({ shape }: LinearJob): number {
  return windowOverlap(shape, 2, 2, 1);
}
