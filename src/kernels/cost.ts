import type { LinearJob } from './linear-job.ts';

/** Instructions of the portable kernels, by the features of the core. */
export function portableCost({ macs, features, shape }: LinearJob): number {
  const outputs = shape.batch * shape.out_h * shape.out_w * shape.out_c;
  return features.has('dsp') ? 1.5 * macs + 30 * outputs : 3 * macs + 30 * outputs;
}

/** Of kernels that add: half of the portable ones', they are asked only where multiplications are dear. */
export function addsCost(job: LinearJob): number {
  return portableCost(job) / 2;
}
