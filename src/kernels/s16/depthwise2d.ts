import { depthwise2dS8, depthwisePlans } from '../depthwise2d/portable.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { wideOrNot } from './wide-weights.ts';

/** Codes of 16 bits, pixel by pixel, over a list of the taps that lie inside; any window, any format. */
export const depthwise2dS16: Kernel<LinearJob> = {
  ...depthwise2dS8,
  id: 'depthwise2d_s16',
  accepts: (job) => wideOrNot(job) ?? depthwisePlans.refusal(job) ?? true,
  build: (job, lower) => ({ ...depthwise2dS8.build(job, lower), template: 'depthwise2d_s16', readsFlash: false }),
};
