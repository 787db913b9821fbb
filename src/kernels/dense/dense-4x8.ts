import type { Codes } from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import { multipliesByHalves } from '../dsp-limits.ts';
import type { Kernel } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmStream } from '../packing/gemm-stream.ts';
import { denseWork } from '../work.ts';

/** One row of the input times four rows of weights, eight columns at a time. */
export const dense4x8S8: Kernel<LinearJob> = {
  id: 'dense_4x8_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 8 },
  accepts(job) {
    if (job.shape.out_w !== 1) return 'it has several rows';
    return multipliesByHalves(job, job.shape.out_c);
  },
  scratchBytes: ({ shape }) => (depthOf(shape.in_c) === shape.in_c ? 0 : depthOf(shape.in_c)),
  // The input is read by every four outputs; a copy is made before the first is written.
  overlap: ({ shape }) => (depthOf(shape.in_c) === shape.in_c ? null : { atLeast: 0 }),
  work: (job) => denseWork(job, depthOf(job.shape.in_c)),
  tableBytes: ({ weights, bias }) => weights.data.length + 8 * bias.length,
  build(job, lower) {
    const [inputs, depth] = [job.shape.in_c, depthOf(job.shape.in_c)];
    const copy = depth === inputs ? 'NULL' : lower.scratch(depth, 'int8_t');
    return layer('dense_4x8_s8', job, { ...operands(job, lower), copy });
  },
};

/** The same with an input that is widened to 16 bits once, not for every four outputs. */
export const denseWide4x8S8: Kernel<LinearJob> = {
  ...dense4x8S8,
  id: 'dense_wide_4x8_s8',
  scratchBytes: ({ shape }) => 2 * depthOf(shape.in_c),
  overlap: () => ({ atLeast: 0 }),
  build(job, lower) {
    const pairs = lower.scratch(2 * depthOf(job.shape.in_c), 'uint32_t');
    return layer('dense_wide_4x8_s8', job, { ...operands(job, lower), pairs });
  },
};

/** Weights of a layer for which eight steps of the loop are worth their code: 128 bytes each. */
const MANY_WEIGHTS = 4096;

function layer(template: string, job: LinearJob, params: LayerSpec['params']): LayerSpec {
  const steps = job.weights.data.length < MANY_WEIGHTS ? 2 : 8;
  const instance = `nn_${template}_${steps}`;
  return {
    template,
    params: { ...params, instance },
    instances: [{ name: instance, template: `nn_${template}`, params: { steps } }],
    macs: job.macs,
    summary: job.summary,
    reading: 'bytes',
  };
}

function operands(job: LinearJob, lower: LowerBuilder) {
  const { shape, name } = job;
  const [out, inputs] = [shape.out_c, shape.in_c];
  const depth = depthOf(inputs);
  const codes = job.weights.data as Codes;
  const weight = (row: number, column: number) => (column < inputs ? codes[row * inputs + column] : 0);
  const stream = gemmStream({ rows: out, depth, weight, bias: job.bias, multiplier: job.multiplier });
  const comment = `int8 weights [out / 4][in] of ${name} as halves 256 * w1 + w0, with bias and multipliers`;
  return {
    groups: Math.floor(out / 4),
    rest: out % 4,
    in: inputs,
    depth,
    zero_point: job.zeroPoint + 128,
    x: job.x.name,
    y: job.y.name,
    w: lower.table('weights', 'u32', stream, 'weights', comment, 8 * 4 * Math.ceil(out / 4)),
  };
}

function depthOf(inputs: number): number {
  return 8 * Math.ceil(inputs / 8);
}
