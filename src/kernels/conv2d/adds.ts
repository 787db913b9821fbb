import type { Codes } from '../../formats/index.ts';
import { windowOverlap } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { acceptsAdds, addRows, addTaps, stepParams } from '../weights/adds.ts';
import { addsWork } from '../work.ts';
import { isPlainPointwise, kernelMajor, tapMajor } from './layout.ts';

/** Each weight as a list of inputs to add and to subtract, two windows at a time. */
export const conv2dAdds: Kernel<LinearJob> = {
  id: 'conv2d_adds',
  needs: [],
  tile: null,
  avoidsMultiplication: true,
  accepts: acceptsAdds,
  scratchBytes: ({ shape }) => (isPlainPointwise(shape) ? 0 : windowBytes(shape)),
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, 2) }),
  work: addsWork,
  tableBytes: (job) => job.weights.data.length,
  build(job, lower) {
    const { shape } = job;
    const tables = addRows(job, lower, kernelMajor(job.weights).data as Codes);
    const scratch = isPlainPointwise(shape) ? 'NULL' : lower.scratch(windowBytes(shape), 'int8_t');
    return layer('conv2d_adds', job, { ...tables, scratch });
  },
};

/** The same for one filter per channel. */
export const depthwise2dAdds: Kernel<LinearJob> = {
  ...conv2dAdds,
  id: 'depthwise2d_adds',
  scratchBytes: ({ shape }) => 4 * shape.kernel_h * shape.kernel_w,
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, 1) }),
  build(job, lower) {
    const { shape } = job;
    const tables = addTaps(job, lower, tapMajor(job.weights, shape) as Codes);
    const scratch = lower.scratch(4 * shape.kernel_h * shape.kernel_w, 'int32_t');
    return layer('depthwise2d_adds', job, { ...tables, scratch });
  },
};

function windowBytes({ kernel_h, kernel_w, in_c, groups }: LinearJob['shape']): number {
  return (2 * kernel_h * kernel_w * in_c) / groups;
}

function layer(template: string, { shape, x, y, macs, summary }: LinearJob, params: ReturnType<typeof addRows>) {
  return {
    template,
    params: { steps: stepParams(shape), x: x.name, y: y.name, ...params },
    macs,
    summary: `${summary}, by additions`,
    reading: 'additions' as const,
    readsFlash: true,
  };
}
