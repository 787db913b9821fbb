import type { LayerSpec } from '../../ir/lowering.ts';
import { windowOverlap, windowParams } from '../../ir/window.ts';
import { isDepthwise, isPlainPointwise, kernelMajor, tapMajor, tapsBytes } from '../conv2d/layout.ts';
import { denseOverlap } from '../dense/overlap.ts';
import type { Kernel } from '../kernel.ts';
import { numberTable } from '../packing/number-stream.ts';
import { depthwiseNumbersWork } from '../work.ts';
import type { FloatJob } from './float-job.ts';
import { sumOfCalls, type WindowCall } from './window-calls.ts';

/** Outputs of a vector pair. */
const OUTPUTS = 8;
const PAIRS = { size: OUTPUTS, of: 'out', order: '[kernel][in]' };

/** Two pixels times eight outputs; products are fused with their sums. */
export const conv2dHeliumF32: Kernel<FloatJob> = {
  id: 'conv2d_helium_f32',
  needs: ['mve-float'],
  tile: { outputs: OUTPUTS, pixels: 2, depth: 4 },
  accepts({ shape, bias }) {
    if (bias === 'computed') return 'its bias is computed';
    if (shape.groups !== 1) return 'it has groups';
    return shape.dilation_w === 1 || 'its columns are dilated';
  },
  scratchBytes: () => 0,
  // Pairs begin at any pixel.
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 4, 4) + 4 * shape.out_c }),
  work: ({ shape }) => ({ instructions: sumOfCalls(shape, 2, (call) => callInstructions(shape.out_c, call)) }),
  tableBytes: ({ shape, macs }) => (4 * macs) / (shape.batch * shape.out_h * shape.out_w),
  build: (job, lower) =>
    layerOf('conv2d_helium_f32', job, {
      shape: windowParams(job.shape),
      w: numberTable(job, lower, kernelMajor(job.weights).data as Float32Array, PAIRS),
    }),
};

/** The same for rows of numbers: dense layers and 1x1 windows that are the pixels themselves. */
export const denseHeliumF32: Kernel<FloatJob> = {
  ...conv2dHeliumF32,
  id: 'dense_helium_f32',
  accepts({ shape, bias }) {
    if (bias === 'computed') return 'its bias is computed';
    const plain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
    return plain || 'its windows are no rows of the input';
  },
  overlap: ({ shape }) => ({
    atLeast: denseOverlap(rowsOf(shape), 4 * shape.in_c, 4 * shape.out_c) + (rowsOf(shape) > 1 ? 4 * shape.out_c : 0),
  }),
  work({ shape }) {
    const pairs = Math.ceil(rowsOf(shape) / 2);
    const blocks = pairs * Math.ceil(shape.out_c / OUTPUTS);
    return { layer: 1, pairs, blocks, steps: blocks * (shape.in_c >> 2), single: blocks * (shape.in_c & 3) };
  },
  build: (job, lower) =>
    layerOf('dense_helium_f32', job, {
      rows: rowsOf(job.shape),
      in: job.shape.in_c,
      out: job.shape.out_c,
      w: numberTable(job, lower, kernelMajor(job.weights).data as Float32Array, PAIRS),
    }),
};

/** One row: each pair of vectors of weights is read for one product, but no second window for nothing. */
export const denseRowHeliumF32: Kernel<FloatJob> = {
  ...denseHeliumF32,
  id: 'dense_row_helium_f32',
  tile: { outputs: OUTPUTS, pixels: 1, depth: 4 },
  accepts(job) {
    return denseHeliumF32.accepts(job) === true
      ? rowsOf(job.shape) === 1 || 'it has several rows'
      : denseHeliumF32.accepts(job);
  },
  work: ({ shape: { in_c, out_c } }) => ({
    instructions: 24 + Math.ceil(out_c / OUTPUTS) * (34 + 18 * (in_c >> 2) + 6 * (in_c & 3)),
  }),
  build: (job, lower) =>
    layerOf('dense_row_helium_f32', job, {
      in: job.shape.in_c,
      out: job.shape.out_c,
      w: numberTable(job, lower, kernelMajor(job.weights).data as Float32Array, PAIRS),
    }),
};

/** 16 channels at a time. */
export const depthwise2dHeliumF32: Kernel<FloatJob> = {
  ...conv2dHeliumF32,
  id: 'depthwise2d_helium_f32',
  tile: { outputs: 16, pixels: 1, depth: 1 },
  accepts({ shape, bias }) {
    if (bias === 'computed') return 'its bias is computed';
    return isDepthwise(shape) || 'it has more than one channel a group';
  },
  scratchBytes: ({ shape }) => tapsBytes(shape),
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 4, 4) }),
  work: ({ shape }) => depthwiseNumbersWork(shape, 16, 4),
  build(job, lower) {
    const { shape, weights, bias, name } = job;
    const taps = tapMajor(weights, shape) as Float32Array;
    const table = new Float32Array(taps.length + shape.out_c);
    table.set(taps);
    table.set((bias as Float32Array | null) ?? [], taps.length);
    const comment = `weights [kernel][out] of ${name}, then bias`;
    return layerOf('depthwise2d_helium_f32', job, {
      shape: windowParams(shape),
      w: lower.table('weights', 'f32', table, 'weights', comment, 4 * shape.out_c),
      scratch: lower.scratch(tapsBytes(shape), 'int32_t'),
    });
  },
};

function rowsOf(shape: FloatJob['shape']): number {
  return shape.batch * shape.out_h * shape.out_w;
}

function layerOf(template: string, job: FloatJob, params: LayerSpec['params']): LayerSpec {
  const [min, max] = job.clip;
  const { x, y, macs, summary } = job;
  return { template, params: { x: x.name, y: y.name, min, max, ...params }, macs, summary };
}

/** nn_windows_helium_f32: eight outputs at a time, four numbers a step. */
function callInstructions(outputs: number, { rows, run }: WindowCall): number {
  const ofRow = 13 + 27 * Math.floor(run / 4) + 9 * (run % 4);
  return 90 + Math.ceil(outputs / OUTPUTS) * (56 + rows * ofRow);
}
