import type { Codes } from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import { windowOverlap } from '../../ir/window.ts';
import { must } from '../../support/errors.ts';
import { requantizesByFours } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import { requantizesByVectors } from '../helium-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { oncePerJob } from '../once-per-job.ts';
import {
  depthwiseHeliumStream,
  groupBytes,
  LANES,
  pairedTaps,
  rowOrder,
  startsOf,
  tapsOf,
} from '../packing/depthwise-helium-stream.ts';
import { depthwiseHeliumWork } from '../work.ts';
import { plain3x3 } from './depthwise3x3.ts';

/** 3x3, any stride, 16 channels at a time. */
export const depthwise3x3HeliumS8: Kernel<LinearJob> = {
  id: 'depthwise3x3_helium_s8',
  needs: ['mve'],
  tile: { outputs: 16, pixels: 1, depth: 9 },
  accepts: (job) => (job.shape.in_c < LANES ? 'it has fewer than 16 channels' : acceptsTaps(job)),
  scratchBytes: ({ shape }) => shape.in_c,
  // Where the last 16 channels follow the others, a row is read until all of it is written.
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, shape.in_c % LANES === 0 ? 1 : shape.out_w) }),
  work: ({ shape }) => ({ instructions: shape.out_h * (300 + shape.out_w * (10 + 106 * startsOf(shape.in_c).length)) }),
  tableBytes,
  build: (job, lower) => buildTaps('depthwise3x3_helium_s8', job, job.shape.in_c, lower),
};

/** The same for 4 or 8 channels: 4 or 2 pixels are a vector. */
export const depthwise3x3NarrowHeliumS8: Kernel<LinearJob> = {
  ...depthwise3x3HeliumS8,
  id: 'depthwise3x3_narrow_helium_s8',
  tile: { outputs: 8, pixels: 2, depth: 9 },
  accepts: (job) => ([4, 8].includes(job.shape.in_c) ? acceptsTaps(job) : 'it has neither 4 nor 8 channels'),
  scratchBytes: () => 7 * LANES,
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, LANES / shape.in_c) }),
  work({ shape }) {
    const vectors = Math.ceil((shape.out_w * shape.in_c) / LANES);
    const gathered = shape.stride_w === 1 ? 2 : vectors;
    return { instructions: shape.out_h * (200 + 112 * vectors + 200 * gathered) };
  },
  build: (job, lower) => buildTaps('depthwise3x3_narrow_helium_s8', job, 7 * LANES, lower),
};

/** Any window, 16 channels at a time, the last ones maybe fewer. */
export const depthwise2dHeliumS8: Kernel<LinearJob> = {
  ...depthwise3x3HeliumS8,
  id: 'depthwise2d_helium_s8',
  tile: { outputs: 16, pixels: 1, depth: 2 },
  accepts: (job) => reasonAgainst(withoutShift(job)) ?? true,
  scratchBytes: (job) => 8 * pairsOf(job).length + job.shape.in_c,
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1) }),
  work: (job) => depthwiseHeliumWork(job, pairsOf(job).length, startsOf(job.shape.in_c).length),
  tableBytes: (job) => groupBytes(pairsOf(job).length) * startsOf(job.shape.in_c).length + 2 * pairsOf(job).length,
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, name, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
    const taps = pairsOf(shifted);
    const starts = startsOf(shape.in_c);
    const stream = depthwiseHeliumStream({ ...job, weights: job.weights.data as Codes }, taps, starts);
    const comment = `int8 weights [out / 16][kernel][16] of ${name}, with bias and multipliers`;
    const places = taps.flatMap((tap) => [Math.floor((tap ?? 0) / shape.kernel_w), (tap ?? 0) % shape.kernel_w]);
    return {
      ...kernelCall(`nn_depthwise2d_helium_s8${formSuffix(job.form)}`, shape, [
        { 'zero point': zeroPoint },
        x.name,
        { 'input zero point': inputZeroPoint, taps: taps.length },
        lower.table('places', 'u8', Uint8Array.from(places), 'parameters', `row and column of each tap, of ${name}`),
        lower.table('weights', 'u32', stream, 'weights', comment, 8 * LANES * starts.length),
        lower.scratch(8 * taps.length + shape.in_c, 'int32_t'),
        y.name,
      ]),
      macs,
      summary,
    };
  },
};

const pairsOf = oncePerJob((job: LinearJob) =>
  pairedTaps(withoutShift(job).weights.data as Codes, job.shape.kernel_h * job.shape.kernel_w),
);

/** Why sums and results are not what the kernels take, or null. */
function reasonAgainst(job: LinearJob): string | null {
  const able = [requantizesByVectors(job), requantizesByFours(job)].find((one) => one !== true);
  return able === undefined ? null : String(able);
}

function acceptsTaps(shifted: LinearJob): true | string {
  const job = withoutShift(shifted);
  const reason = plain3x3(shifted.shape) ?? reasonAgainst(job);
  if (reason !== null) return reason;
  return rowOrder(job.weights.data as Codes) !== null || 'weights of -128 stand side by side in several of its rows';
}

function tableBytes({ shape }: LinearJob): number {
  return groupBytes(9) * startsOf(shape.in_c).length;
}

function buildTaps(kernel: string, shifted: LinearJob, scratchBytes: number, lower: LowerBuilder): LayerSpec {
  const job = withoutShift(shifted);
  const { shape, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
  return {
    ...kernelCall(`nn_${kernel}${formSuffix(job.form)}`, shape, [
      { 'zero point': zeroPoint },
      x.name,
      { 'input zero point': inputZeroPoint },
      ...tapsInStream(job, lower),
      lower.scratch(scratchBytes, 'int8_t'),
      y.name,
    ]),
    macs,
    summary,
  };
}

/** The order of the rows of 3x3 in the stream, and the stream, of a layer without shift. */
export function tapsInStream({ name, shape, ...job }: LinearJob, lower: LowerBuilder): string[] {
  const weights = job.weights.data as Codes;
  const rows = must(rowOrder(weights), 'an order of rows');
  // The last 16 channels begin early where channels are no multiple of 16.
  const starts = startsOf(shape.in_c).map((start) => Math.max(0, Math.min(start, shape.in_c - LANES)));
  const stream = depthwiseHeliumStream({ ...job, weights }, tapsOf(rows), starts);
  const comment = `int8 weights [out / 16][kernel][16] of ${name}, with bias and multipliers`;
  return [
    `/* rows of the stream */ 0x${[...rows].reverse().join('')}`,
    lower.table('weights', 'u32', stream, 'weights', comment, 8 * LANES * starts.length),
  ];
}
