import type { Codes } from '../../formats/index.ts';
import { denseOverlap } from '../dense/overlap.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableWork } from '../work.ts';
import { rowsOfWeights, wideOrNot } from './wide-weights.ts';

const plans = weightPlans((job) =>
  rowsOfWeights(job, job.weights.data as Codes, {
    layout: '[out][in]',
    once: job.shape.out_w === 1,
    distance: job.shape.out_w === 1 ? null : distanceOf(job),
  }),
);

/** Codes of 16 bits: four rows of weights times a row of the input; any format. */
export const denseS16: Kernel<LinearJob> = {
  id: 'dense_s16',
  needs: [],
  tile: { outputs: 4, pixels: 1, depth: 4 },
  accepts: (job) => wideOrNot(job) ?? plans.refusal(job) ?? true,
  scratchBytes: (job) => plans.of(job).scratchBytes,
  overlap: (job) => (plans.of(job).block > 0 && job.shape.out_w > 1 ? null : { atLeast: distanceOf(job) }),
  work: (job) => portableWork(job, plans.of(job)),
  tableBytes: (job) => job.weights.data.length,
  build(job, lower) {
    const plan = plans.of(job);
    const { shape } = job;
    return {
      template: 'dense_s16',
      params: {
        rows: shape.out_w,
        in: shape.in_c,
        out: shape.out_c,
        ...weightTables(job, plan, lower),
        ...clampParams(job),
        x: job.x.name,
        y: job.y.name,
      },
      macs: job.macs,
      summary: job.summary,
      reading: plan.reading,
    };
  },
};

function distanceOf({ shape }: LinearJob): number {
  return denseOverlap(shape.out_w, 2 * shape.in_c, 2 * shape.out_c);
}
