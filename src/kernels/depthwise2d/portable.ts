import type { Codes } from '../../formats/index.ts';
import { arenaBytes, elementBytes } from '../../ir/tensor.ts';
import { windowOverlap, windowParams } from '../../ir/window.ts';
import { tapMajor, tapsBytes } from '../conv2d/layout.ts';
import type { Kernel } from '../kernel.ts';
import { type LinearJob, sumsFit } from '../linear-job.ts';
import { activationParams } from '../weights/activations.ts';
import { type LayerWeights, planBytes, sharedBytes, weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableDepthwiseWork } from '../work.ts';

export const depthwisePlans = weightPlans(layerOf);

/** Pixel by pixel, over a list of the taps that lie inside; any window, any format. */
export const depthwise2dS8: Kernel<LinearJob> = {
  id: 'depthwise2d_s8',
  needs: [],
  tile: null,
  accepts: (job) => (isPacked(job) ? 'its input or output has codes of 4 bits' : acceptsWeights(job)),
  scratchBytes: (job) => tapsBytes(job.shape) + depthwisePlans.of(job).scratchBytes,
  overlap: (job) => ({ atLeast: distanceOf(job) }),
  work: (job) => portableDepthwiseWork(job, depthwisePlans.of(job)),
  tableBytes: (job) => planBytes(depthwisePlans.of(job)),
  compact: (job) => depthwisePlans.of(job).reading === 'bytes',
  build(job, lower) {
    const plan = depthwisePlans.of(job);
    return {
      template: 'depthwise2d_s8',
      params: {
        shape: windowParams(job.shape),
        ...weightTables(job, plan, lower),
        ...clampParams(job),
        scratch: lower.scratch(tapsBytes(job.shape), 'int32_t'),
        x: job.x.name,
        y: job.y.name,
      },
      macs: job.macs,
      summary: job.summary,
      reading: plan.reading,
      readsFlash: true,
    };
  },
};

/** The same where codes of the input or the output lie two to a byte: a window of all channels is unpacked. */
export const depthwise2dA4: Kernel<LinearJob> = {
  ...depthwise2dS8,
  id: 'depthwise2d_a4',
  pricedAs: 'depthwise2d_s8',
  accepts: (job) => (isPacked(job) ? acceptsWeights(job) : 'neither its input nor its output has codes of 4 bits'),
  work: (job) => ({
    ...depthwise2dS8.work(job),
    'loads codes': job.macs,
    'stores codes': job.shape.batch * job.shape.out_h * job.shape.out_w * job.shape.out_c,
  }),
  scratchBytes: (job) => {
    const { window, result } = roomOf(job);
    return tapsBytes(job.shape) + window + (job.y.packed ? result : 0) + depthwisePlans.of(job).scratchBytes;
  },
  build(job, lower) {
    const plan = depthwisePlans.of(job);
    return {
      template: 'depthwise2d_a4',
      params: {
        shape: windowParams(job.shape),
        ...weightTables(job, plan, lower),
        ...clampParams(job),
        scratch: lower.scratch(tapsBytes(job.shape), 'int32_t'),
        activations: activationParams(job.node, lower, job.x, job.y, roomOf(job)),
      },
      macs: job.macs,
      summary: job.summary,
      reading: plan.reading,
    };
  },
};

function isPacked({ x, y }: LinearJob): boolean {
  return x.packed || y.packed;
}

function acceptsWeights(job: LinearJob): true | string {
  return depthwisePlans.refusal(job) ?? sumsFit(job);
}

function roomOf({ shape }: LinearJob) {
  return { window: shape.kernel_h * shape.kernel_w * shape.in_c, result: shape.out_c };
}

function distanceOf({ shape, x, y }: LinearJob): number {
  return windowOverlap(shape, elementBytes(x.type), elementBytes(y.type), 1);
}

function layerOf(job: LinearJob): LayerWeights {
  const { shape, weights, x, y } = job;
  const [input, output] = [arenaBytes(x.type), arenaBytes(y.type)];
  return {
    weights,
    codes: tapMajor(weights, shape) as Codes,
    layout: '[kernel][out]',
    order: { rows: shape.out_c, perGroup: shape.out_c, depth: 1 },
    blocks: false,
    once: false,
    uses: shape.batch * shape.out_h * shape.out_w,
    activations: input + output,
    shared: sharedBytes(input, output, distanceOf(job)),
  };
}
