import type { Codes } from '../../formats/index.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { acceptsAdds, addRows } from '../weights/adds.ts';
import { addsWork } from '../work.ts';
import { denseOverlap } from './overlap.ts';

/** Each row of weights as lists of inputs to add and to subtract. */
export const denseAdds: Kernel<LinearJob> = {
  id: 'dense_adds',
  needs: [],
  tile: null,
  avoidsMultiplication: true,
  accepts: acceptsAdds,
  scratchBytes: () => 0,
  overlap: ({ shape }) => ({ atLeast: denseOverlap(shape.out_w, shape.in_c, shape.out_c) }),
  work: addsWork,
  tableBytes: (job) => job.weights.data.length,
  build(job, lower) {
    const { shape, x, y, macs, summary } = job;
    const tables = addRows(job, lower, job.weights.data as Codes);
    return {
      template: 'dense_adds',
      params: { rows: shape.out_w, in: shape.in_c, out: shape.out_c, x: x.name, y: y.name, ...tables },
      macs,
      summary: `${summary}, by additions`,
      reading: 'additions',
      readsFlash: true,
    };
  },
};
