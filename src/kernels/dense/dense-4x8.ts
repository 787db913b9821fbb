import type { Codes } from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import { finishedByFours, multipliesByHalves, raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { type Argument, kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmStream, streamWords } from '../packing/gemm-stream.ts';
import { type PackedStream, packedStreams, type StreamParams, storeStream } from '../packing/packed-stream.ts';
import { denseWork } from '../work.ts';

const streams = packedStreams(({ shape, weights }) => ({
  into: 'stream_s8',
  codes: weights.data as Codes,
  depth: shape.in_c,
  words: depthOf(shape.in_c),
  distance: null,
}));

/** One row of the input times four rows of weights, eight columns at a time. */
export const dense4x8S8: Kernel<LinearJob> = {
  id: 'dense_4x8_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 8 },
  accepts(job) {
    if (job.shape.out_w !== 1) return 'it has several rows';
    const plain = finishedByFours(job);
    const able = multipliesByHalves(plain, job.shape.out_c);
    return able === true ? (streams.refusal(plain) ?? true) : able;
  },
  scratchBytes: (job) => copyBytes(job) + (streamOf(job)?.scratchBytes ?? 0),
  // The input is read by every four outputs; a copy is made before the first is written.
  overlap: (job) => (copyBytes(job) === 0 || !isAtOnce(job) ? null : { atLeast: 0 }),
  work: (job) => ({ ...denseWork(job, depthOf(job.shape.in_c)), ...streamOf(job)?.work }),
  tableBytes: (job) => streamOf(job)?.tableBytes ?? 4 * streamWords(job.shape.out_c, depthOf(job.shape.in_c)),
  build(job, lower) {
    const plan = streamOf(job);
    const stored = plan ? storeStream(finishedByFours(job), plan, lower) : plainStream(finishedByFours(job), lower);
    const copy = copyBytes(job) === 0 ? 'NULL' : lower.scratch(copyBytes(job), 'int8_t');
    const reading = plan === null ? 'bytes' : plan.whole ? 'whole' : 'block';
    return { ...layer('dense_4x8_s8', job, [sizes(job, plan), job.x.name, stored.w, copy, stored.y], stored), reading };
  },
};

/** The same with an input that is widened to 16 bits once, not for every four outputs. */
export const denseWide4x8S8: Kernel<LinearJob> = {
  ...dense4x8S8,
  id: 'dense_wide_4x8_s8',
  accepts: (job) => (isAtOnce(job) ? dense4x8S8.accepts(job) : 'its weights are unpacked in blocks'),
  scratchBytes: (job) => 2 * depthOf(job.shape.in_c) + (streamOf(job)?.scratchBytes ?? 0),
  overlap: () => ({ atLeast: 0 }),
  build(job, lower) {
    const plan = streamOf(job);
    const stored = plan ? storeStream(finishedByFours(job), plan, lower) : plainStream(finishedByFours(job), lower);
    const pairs = lower.scratch(2 * depthOf(job.shape.in_c), 'uint32_t');
    const reading = plan === null ? 'bytes' : 'whole';
    const list = [sizes(job, plan), job.x.name, stored.w, pairs, stored.y];
    return { ...layer('dense_wide_4x8_s8', job, list, stored), reading };
  },
};

function streamOf(job: LinearJob): PackedStream | null {
  return streams.of(finishedByFours(job));
}

function isAtOnce(job: LinearJob): boolean {
  return streams.refusal(finishedByFours(job)) !== null || streamOf(job)?.whole !== false;
}

/** Where columns are no multiple of eight. */
function copyBytes({ shape }: LinearJob): number {
  return depthOf(shape.in_c) === shape.in_c ? 0 : depthOf(shape.in_c);
}

/** Weights of a layer for which eight steps of the loop are worth their code: 128 bytes each. */
const MANY_WEIGHTS = 16384;

function layer(template: string, job: LinearJob, list: readonly Argument[], { rows }: StreamParams): LayerSpec {
  const steps = job.weights.data.length < MANY_WEIGHTS ? 2 : 8;
  const form = formSuffix(job.form);
  const instance = `nn_${template}_${steps}${form}`;
  return {
    ...kernelCall(instance, null, list, { rows }),
    instances: [{ name: instance, template: `nn_${template}`, params: { steps, form } }],
    macs: job.macs,
    summary: job.summary,
  };
}

function sizes(job: LinearJob, plan: PackedStream | null) {
  const { in_c, out_c } = job.shape;
  const [groups, rest] = plan ? ['count / 4', 'count % 4'] : [Math.floor(out_c / 4), out_c % 4];
  const numbers = { inputs: in_c, depth: depthOf(in_c), 'zero point': raisedZeroPoint(job) };
  return { 'groups of 4 outputs': groups, 'outputs left': rest, ...numbers };
}

function plainStream(job: LinearJob, lower: LowerBuilder): StreamParams {
  const { shape, name } = job;
  const [out, inputs, depth] = [shape.out_c, shape.in_c, depthOf(shape.in_c)];
  const codes = job.weights.data as Codes;
  const weight = (row: number, column: number) => (column < inputs ? codes[row * inputs + column] : 0);
  const stream = gemmStream({ rows: out, depth, weight, bias: job.bias, multiplier: job.multiplier });
  const comment = `int8 weights [out / 4][in] of ${name} as halves 256 * w1 + w0, with bias and multipliers`;
  const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * 4 * Math.ceil(out / 4));
  return { rows: null, w, end: '', stream: '', y: job.y.name };
}

function depthOf(inputs: number): number {
  return 8 * Math.ceil(inputs / 8);
}
