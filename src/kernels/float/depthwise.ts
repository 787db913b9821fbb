import { type WindowShape, windowOverlap } from '../../ir/window.ts';
import { isDepthwise } from '../conv2d/layout.ts';
import type { Kernel } from '../kernel.ts';
import { blockBytes, numberTable } from '../packing/number-stream.ts';
import { clippedLayer, clipWork } from './clipped.ts';
import type { FloatJob } from './float-job.ts';

/** Channels of a block. */
const EIGHT = 8;
const EIGHTS = { size: EIGHT, of: 'channels', order: '[kernel]' };

/** Eight channels at a time; runs of pixels whose windows lie between the borders. */
export const depthwise2dEightsF32: Kernel<FloatJob> = {
  id: 'depthwise2d_eights_f32',
  needs: ['fpu'],
  tile: { outputs: EIGHT, pixels: 1, depth: 1 },
  accepts({ shape, bias }) {
    if (bias === 'computed') return 'its bias is computed';
    return isDepthwise(shape) || 'it has more than one channel a group';
  },
  scratchBytes: ({ shape }) => 2 * 4 * tapsOf(shape),
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 4, 4) }),
  work: (job) => ({ instructions: instructionsOf(job.shape) + clipWork(job) }),
  tableBytes: ({ shape }) => blockBytes(shape.out_c, tapsOf(shape), EIGHT),
  build(job, lower) {
    const { shape, x, y } = job;
    const taps = lower.scratch(this.scratchBytes(job), 'int32_t');
    return clippedLayer('nn_depthwise2d_eights_f32', job, shape, [
      x.name,
      numberTable(job, lower, job.weights.data as Float32Array, EIGHTS),
      taps,
      y.name,
    ]);
  },
};

function tapsOf({ kernel_h, kernel_w }: WindowShape): number {
  return kernel_h * kernel_w;
}

/** Of the whole layer as if no row of a window were outside. */
function instructionsOf(s: WindowShape): number {
  const inside = (from: number) => from >= 0 && from + (s.kernel_w - 1) * s.dilation_w < s.in_w;
  const columns = Array.from({ length: s.out_w }, (_, ox) => inside(ox * s.stride_w - s.pad_left)).filter(
    Boolean,
  ).length;
  const taps = tapsOf(s);
  const eights = s.in_c >> 3;
  const single = s.in_c % EIGHT;
  const nine = taps === 9 && single === 0;
  const pixel = 10 + eights * (10 + 15 * taps) + single * (10 + 8 * taps);
  const run = nine ? 14 + 90 * eights : pixel;
  const runs = columns > 0 ? 1 : 0;
  const border = 60 + 5 * taps + 40 + (pixel * (s.kernel_w - 1)) / s.kernel_w;
  const row = 40 + runs * (60 + 5 * taps + 60) + columns * run + (s.out_w - columns) * border;
  return 60 + s.batch * s.out_h * row;
}
