import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import { type WindowShape, windowOverlap } from '../../ir/window.ts';
import { raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { type Argument, kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { depthwisePixelWork, depthwiseRunsWork, depthwiseStripsWork } from '../work.ts';
import { streamWeights } from './stream-weights.ts';

/** Columns of each row as nn_depthwise3x3_pixel_s8 loads them: 1, 2, 0. */
const TAPS = [1, 2, 0, 4, 5, 3, 7, 8, 6];
const weights = streamWeights(() => TAPS);
/** Unpacked four channels at a time. */
export const fours = streamWeights(() => TAPS, 'fours');

/** 3x3, any stride, pixel by pixel: next to no scratch. */
export const depthwise3x3S8: Kernel<LinearJob> = {
  id: 'depthwise3x3_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 9 },
  accepts: (job) => inFours3x3(job.shape) ?? weights.accepts(job),
  scratchBytes: (job) => 9 * partOf(job.shape) + weights.scratchBytes(job),
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, 1) }),
  work: (job) => ({ ...depthwisePixelWork(job, partOf(job.shape)), ...weights.work(job) }),
  tableBytes: weights.tableBytes,
  compact: (job) => weights.scratchBytes(job) === 0,
  build(job, lower) {
    const part = partOf(job.shape);
    const { input, w, taps, about } = weights.build(job, lower);
    const list = [...input, w, { 'channels at a time': part }, lower.scratch(9 * part, 'int8_t'), job.y.name];
    const kernel = `nn_depthwise3x3_s8${formSuffix(job.form)}`;
    return { ...kernelCall(kernel, job.shape, [zeroPointOf(job), ...list], { taps }), ...about };
  },
};

const { compact: _, ...pixelByPixel } = depthwise3x3S8;

/** 3x3, any stride, four channels of a row after the other: weights are widened once for a row, outputs stay a row behind. */
export const depthwise3x3RunsS8: Kernel<LinearJob> = {
  ...pixelByPixel,
  id: 'depthwise3x3_runs_s8',
  scratchBytes: (job) => zerosBytes(job.shape) + fours.scratchBytes(job),
  tableBytes: fours.tableBytes,
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 1, 1, shape.out_w) }),
  work: (job) => ({ ...depthwiseRunsWork(job), ...fours.work(job, job.shape.out_h) }),
  build(job, lower) {
    const { input, w, taps, unpack, about } = fours.build(job, lower);
    const kernel = `nn_depthwise3x3_runs_s8${unpack === '' ? '' : `_${unpack}`}${formSuffix(job.form)}`;
    const list = [...input, w, lower.scratch(zerosBytes(job.shape), 'int8_t'), job.y.name];
    return { ...kernelCall(kernel, job.shape, [zeroPointOf(job), ...list], { taps }), ...about };
  },
};

function zeroPointOf(job: LinearJob): Argument {
  return { 'zero point': raisedZeroPoint(job) };
}

/** Three pixels of zero points of which four channels are read, and a window of four channels. */
function zerosBytes({ in_c }: WindowShape): number {
  return 2 * in_c + 4 + 36;
}

/** Channels whose window is gathered at a time where it lies over a border. */
function partOf({ out_c }: WindowShape): number {
  return out_c % 8 === 0 ? 8 : 4;
}

/** Without stride, by padded planes of four channels: two columns of the output at a time, each input row read once. */
export const depthwise3x3StripsS8: Kernel<LinearJob> = {
  id: 'depthwise3x3_strips_s8',
  needs: ['dsp'],
  tile: { outputs: 1, pixels: 2, depth: 9 },
  accepts(job) {
    const { shape } = job;
    if (shape.stride_h !== 1 || shape.stride_w !== 1) return 'it has a stride';
    if (job.form !== undefined) return 'it is requantized as a quantized file says';
    if (shape.out_h < 2 || shape.out_w < 2) return 'its output has a single row or column';
    if (shape.pad_top > 2 || shape.pad_left > 2) return 'its padding is wider than its kernel';
    const { height, pitch } = planeOf(shape);
    if (pitch > 255 || height * pitch > 65_535 || shape.out_w * shape.out_c > 4095)
      return 'its rows are longer than offsets of instructions';
    return inFours3x3(shape) ?? fours.accepts(job);
  },
  scratchBytes: (job) => planeOf(job.shape).bytes + fours.scratchBytes(job),
  overlap: ({ shape }) => (shape.in_h === shape.out_h && shape.in_w === shape.out_w ? { exactly: 0 } : null),
  work: (job) => ({ ...depthwiseStripsWork(job), ...fours.work(job) }),
  tableBytes: fours.tableBytes,
  build: (job, lower) => buildStrips(job, lower, null),
};

/** @param packed of layers with codes of 4 bits: where results lie until eight channels are there, and their clamp */
export function buildStrips(job: LinearJob, lower: LowerBuilder, packed: readonly Argument[] | null): LayerSpec {
  const { shape, zeroPoint } = job;
  const { height, pitch, bytes } = planeOf(shape);
  const { input, w, taps, unpack, about } = fours.build(job, lower);
  const list = [...input, w, lower.scratch(bytes, 'int8_t'), ...(packed ?? []), job.y.name];
  const column = packed ? 4 : shape.out_c;
  const zero = zeroPoint < 0 ? `m${-zeroPoint}` : zeroPoint;
  const instance = `nn_depthwise3x3_strips_${packed ? 'a4' : 's8'}_${pitch}_${shape.out_h}x${shape.out_w}x${column}_${zero}${unpack === '' ? '' : `_${unpack}`}`;
  return {
    ...kernelCall(instance, shape, list, { taps }),
    instances: [
      {
        name: instance,
        template: 'nn_depthwise3x3_strips_s8',
        params: {
          packed: packed !== null,
          height,
          pitch,
          plane: height * pitch,
          column,
          columns: shape.out_w,
          odd_columns: shape.out_w % 2 === 1,
          strips: 2 * Math.floor(shape.out_w / 2),
          row: shape.out_w * column,
          rows: shape.out_h,
          odd_rows: shape.out_h % 2 === 1,
          last: (2 + shape.out_h - (shape.out_h % 2)) * pitch,
          zero_point: zeroPoint,
          unpack,
        },
      },
    ],
    ...about,
  };
}

/** One padded plane per channel of four; a row has room for the four columns that the last strip loads. */
function planeOf({ out_h, out_w }: WindowShape) {
  const [height, pitch] = [out_h + 2, out_w + 3];
  return { height, pitch, bytes: 4 * height * pitch };
}

/** Null, or why it is no 3x3 of one image with channels in fours. */
function inFours3x3(s: WindowShape): string | null {
  return plain3x3(s) ?? (s.out_c % 4 === 0 ? null : 'its channels are no multiple of four');
}

/** Null, or why it is no 3x3 of one image. */
export function plain3x3(s: WindowShape): string | null {
  if (s.kernel_h !== 3 || s.kernel_w !== 3) return 'it is no 3x3';
  if (s.batch !== 1) return 'it has several images';
  return s.dilation_h === 1 && s.dilation_w === 1 ? null : 'it is dilated';
}
