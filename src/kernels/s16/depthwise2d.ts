import type { Codes } from '../../formats/index.ts';
import { arenaBytes } from '../../ir/tensor.ts';
import { windowOverlap, windowParams } from '../../ir/window.ts';
import { tapMajor, tapsBytes } from '../conv2d/layout.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { type LayerWeights, sharedBytes, weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableDepthwiseWork } from '../work.ts';
import { wideOrNot } from './wide-weights.ts';

const plans = weightPlans(layerOf);

/** Codes of 16 bits, pixel by pixel, over a list of the taps that lie inside; any window, any format. */
export const depthwise2dS16: Kernel<LinearJob> = {
  id: 'depthwise2d_s16',
  needs: [],
  tile: null,
  accepts: (job) => wideOrNot(job) ?? plans.refusal(job) ?? true,
  scratchBytes: (job) => tapsBytes(job.shape) + plans.of(job).scratchBytes,
  overlap: (job) => ({ atLeast: windowOverlap(job.shape, 2, 2, 1) }),
  work: (job) => portableDepthwiseWork(job, plans.of(job)),
  tableBytes: (job) => job.weights.data.length,
  build(job, lower) {
    const plan = plans.of(job);
    return {
      template: 'depthwise2d_s16',
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
    };
  },
};

function layerOf({ shape, weights, x, y }: LinearJob): LayerWeights {
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
    shared: sharedBytes(input, output, windowOverlap(shape, 2, 2, 1)),
  };
}
