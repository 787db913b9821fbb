import type { Codes } from '../../formats/index.ts';
import { arenaBytes, elementBytes } from '../../ir/tensor.ts';
import type { Kernel } from '../kernel.ts';
import { type LinearJob, sumsFit } from '../linear-job.ts';
import { activationParams } from '../weights/activations.ts';
import { packRows } from '../weights/pack-rows.ts';
import { type LayerWeights, planBytes, sharedBytes, weightPlans } from '../weights/read-weights.ts';
import { clampParams, weightTables } from '../weights/weight-tables.ts';
import { portableWork } from '../work.ts';
import { denseOverlap } from './overlap.ts';

const plans = weightPlans(layerOf);

/** Four rows of weights times a row of the input; any format. */
export const denseS8: Kernel<LinearJob> = {
  id: 'dense_s8',
  needs: [],
  tile: { outputs: 4, pixels: 1, depth: 4 },
  accepts: (job) => (isPacked(job) ? 'its input or output has codes of 4 bits' : acceptsWeights(job)),
  scratchBytes: (job) => plans.of(job).scratchBytes,
  overlap: (job) => (plans.of(job).block > 0 && job.shape.out_w > 1 ? null : { atLeast: distanceOf(job) }),
  work: (job) => portableWork(job, plans.of(job)),
  tableBytes: (job) => planBytes(plans.of(job)),
  compact: (job) => plans.of(job).reading === 'bytes',
  build(job, lower) {
    const plan = plans.of(job);
    return {
      template: 'dense_s8',
      params: {
        ...sizes(job),
        ...weightTables(job, plan, lower),
        ...clampParams(job),
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

/** The same where codes of the input or the output lie two to a byte. */
export const denseA4: Kernel<LinearJob> = {
  ...denseS8,
  id: 'dense_a4',
  pricedAs: 'dense_s8',
  accepts: (job) => (isPacked(job) ? acceptsWeights(job) : 'neither its input nor its output has codes of 4 bits'),
  scratchBytes: (job) => roomOf(job).window + (job.y.packed ? roomOf(job).result : 0) + plans.of(job).scratchBytes,
  build(job, lower) {
    const plan = plans.of(job);
    return {
      template: 'dense_a4',
      params: {
        ...sizes(job),
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
  return plans.refusal(job) ?? sumsFit(job);
}

function sizes({ shape }: LinearJob) {
  return { rows: shape.out_w, in: shape.in_c, out: shape.out_c };
}

function roomOf(job: LinearJob) {
  return { window: job.x.packed ? job.shape.in_c : 0, result: plans.of(job).block || job.shape.out_c };
}

function distanceOf({ shape, x, y }: LinearJob): number {
  return denseOverlap(shape.out_w, shape.in_c * elementBytes(x.type), shape.out_c * elementBytes(y.type));
}

function layerOf(job: LinearJob): LayerWeights {
  const { weights, x, y } = job;
  const { rows, in: inputs, out } = sizes(job);
  const [input, output] = [arenaBytes(x.type), arenaBytes(y.type)];
  return {
    weights,
    codes: packRows(weights.data as Codes, out, inputs),
    layout: '[out][in] in blocks of 4 x 4',
    order: { rows: out, perGroup: out, depth: inputs },
    blocks: true,
    uses: rows,
    once: rows === 1 && !isPacked(job),
    activations: input + output,
    shared: rows === 1 ? 0 : sharedBytes(input, output, distanceOf(job)),
  };
}
