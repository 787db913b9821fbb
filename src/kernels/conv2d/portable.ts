import type { Codes } from '../../formats/index.ts';
import { arenaBytes, elementBytes } from '../../ir/tensor.ts';
import { windowOverlap, windowParams } from '../../ir/window.ts';
import type { Kernel } from '../kernel.ts';
import { type LinearJob, sumsFit } from '../linear-job.ts';
import { activationParams } from '../weights/activations.ts';
import { packGroups } from '../weights/pack-rows.ts';
import { type LayerWeights, planBytes, sharedBytes, weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableWork } from '../work.ts';
import { isPlainPointwise, kernelMajor } from './layout.ts';

const plans = weightPlans(layerOf);
const planOf = plans.of;

/** Four rows of weights times the windows of two pixels, gathered first; any window, any format. */
export const conv2dS8: Kernel<LinearJob> = {
  id: 'conv2d_s8',
  needs: [],
  tile: { outputs: 4, pixels: 2, depth: 4 },
  accepts: (job) => (isPacked(job) ? 'its input or output has codes of 4 bits' : acceptsWeights(job)),
  scratchBytes: (job) => patchBytes(job) + planOf(job).scratchBytes,
  overlap: overlapOf,
  work: (job) => portableWork(job, planOf(job)),
  tableBytes: (job) => planBytes(planOf(job)),
  compact: (job) => planOf(job).reading === 'bytes',
  build(job, lower) {
    const plan = planOf(job);
    const tables = weightTables(job, plan, lower);
    const patch = patchBytes(job);
    return {
      template: 'conv2d_s8',
      params: {
        shape: windowParams(job.shape),
        ...tables,
        ...clampParams(job),
        x: job.x.name,
        y: job.y.name,
        scratch: patch === 0 ? 'NULL' : lower.scratch(patch, 'int8_t'),
      },
      macs: job.macs,
      summary: job.summary,
      reading: plan.reading,
      readsFlash: true,
    };
  },
};

/** The same where codes of the input or the output lie two to a byte: two windows of a group are unpacked. */
export const conv2dA4: Kernel<LinearJob> = {
  ...conv2dS8,
  id: 'conv2d_a4',
  pricedAs: 'conv2d_s8',
  accepts: (job) => (isPacked(job) ? acceptsWeights(job) : 'neither its input nor its output has codes of 4 bits'),
  work: (job) => ({
    ...conv2dS8.work(job),
    'loads codes': (job.macs / job.shape.out_c) * job.shape.groups,
    'stores codes': job.shape.batch * job.shape.out_h * job.shape.out_w * job.shape.out_c,
  }),
  scratchBytes: (job) => roomOf(job).window + (job.y.packed ? roomOf(job).result : 0) + planOf(job).scratchBytes,
  build(job, lower) {
    const plan = planOf(job);
    return {
      template: 'conv2d_a4',
      params: {
        shape: windowParams(job.shape),
        ...weightTables(job, plan, lower),
        ...clampParams(job),
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
  const reason = plans.refusal(job);
  return reason ?? sumsFit(job);
}

function depthOf({ shape }: LinearJob): number {
  return shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
}

/** Two windows; none where a pixel is its own. */
function patchBytes(job: LinearJob): number {
  return isPlainPointwise(job.shape) ? 0 : 2 * depthOf(job);
}

function roomOf(job: LinearJob) {
  const inPlace = !job.x.packed && isPlainPointwise(job.shape);
  return { window: inPlace ? 0 : 2 * depthOf(job), result: 2 * (planOf(job).block || job.shape.out_c) };
}

function distanceOf({ shape, x, y }: LinearJob): number {
  return windowOverlap(shape, elementBytes(x.type), elementBytes(y.type), 2);
}

/** Over blocks of rows the kernel reads its input several times. */
function overlapOf(job: LinearJob) {
  return planOf(job).block > 0 ? null : { atLeast: distanceOf(job) };
}

function layerOf(job: LinearJob): LayerWeights {
  const { shape, weights, x, y } = job;
  const depth = depthOf(job);
  const [input, output] = [arenaBytes(x.type), arenaBytes(y.type)];
  const order = { rows: shape.out_c, perGroup: shape.out_c / shape.groups, depth };
  return {
    weights,
    codes: packGroups(kernelMajor(weights).data as Codes, order),
    layout: '[out][kernel][in] in blocks of 4 x 4',
    order,
    blocks: true,
    once: false,
    uses: shape.batch * shape.out_h * shape.out_w,
    activations: input + output,
    shared: sharedBytes(input, output, distanceOf(job)),
  };
}
