import type { LayerSpec } from '../../ir/lowering.ts';
import type { WindowShape } from '../../ir/window.ts';
import { type Argument, kernelCall } from '../kernel-call.ts';
import type { FloatJob } from './float-job.ts';

/** How results of a kernel are bounded behind it, and instructions for each. */
const CLIPS = { none: 0, rectified: 1.5, below: 5.5, clipped: 11 } as const;

/** The layer by `kernel`, and what bounds its results. */
export function clippedLayer(
  kernel: string,
  job: FloatJob,
  window: WindowShape | null,
  list: readonly Argument[],
): LayerSpec {
  const { y, macs, summary } = job;
  const [min, max] = job.clip;
  const { params } = kernelCall(kernel, window, list);
  const clip = clipOf(job);
  const is = { below: clip === 'below', rectified: clip === 'rectified', clipped: clip === 'clipped' };
  const bounded = { y: y.name, count: resultsOf(job), min, max, ...is };
  return { template: 'clipped_f32', params: { ...params, ...bounded }, macs, summary };
}

/** Instructions of that. */
export function clipWork(job: FloatJob): number {
  return CLIPS[clipOf(job)] * resultsOf(job);
}

/** Below zero, or a positive number as well: the sign bit and integers tell. */
function clipOf({ bounds: [min, max] }: FloatJob): keyof typeof CLIPS {
  if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return 'none';
  if (min !== 0 || max <= 0) return 'clipped';
  return max === Number.POSITIVE_INFINITY ? 'rectified' : 'below';
}

function resultsOf({ shape }: FloatJob): number {
  return shape.batch * shape.out_h * shape.out_w * shape.out_c;
}
