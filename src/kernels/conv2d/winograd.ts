import type { Codes } from '../../formats/index.ts';
import type { WindowShape } from '../../ir/window.ts';
import { requantizesBytes, sumsBelow } from '../dsp-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { winogradWork } from '../work.ts';

/** Twice G of F(2x2, 3x3), so that it is whole: U = (2 G) g (2 G)' is four times what it is in real numbers. */
const G2 = [
  [2, 0, 0],
  [1, 1, 1],
  [1, -1, 1],
  [0, 0, 2],
];

/** 3x3 by exact integer F(2x2, 3x3): 4 products for an output instead of 9, with 3.6 times the weights. */
export const conv2dWinogradS8: Kernel<LinearJob> = {
  id: 'conv2d_winograd_s8',
  needs: ['dsp'],
  goals: ['speed'],
  tile: { outputs: 4, pixels: 8, depth: 2 },
  accepts(job) {
    const { shape } = job;
    if (shape.kernel_h !== 3 || shape.kernel_w !== 3) return 'it is no 3x3';
    if (shape.groups !== 1) return 'it has groups';
    if (shape.batch !== 1) return 'it has several images';
    if (shape.stride_h !== 1 || shape.stride_w !== 1) return 'it has a stride';
    if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
    if (shape.in_c % 4 !== 0) return 'its input channels are no multiple of four';
    if (shape.out_c % 4 !== 0) return 'its outputs are no multiple of four';
    if (!sumsBelow(job, 2 ** 29)) return 'four times a sum of products could need more than 32 bits';
    return requantizesBytes(job);
  },
  scratchBytes: ({ shape }) => scratchOf(shape),
  overlap: ({ shape }) => ({ atLeast: tileOverlap(shape) }),
  work: winogradWork,
  tableBytes: ({ shape }) => 32 * shape.in_c * shape.out_c + 8 * shape.out_c,
  build(job, lower) {
    const { shape, name } = job;
    const comment = `weights [out / 4][position][in / 2][4] of ${name}, transformed to int16`;
    const list = [
      { 'zero point': job.zeroPoint },
      job.x.name,
      { 'input zero point': job.inputZeroPoint },
      lower.table('weights', 'u32', transformed(job), 'weights', comment),
      lower.table('bias', 'i32', outputPairs(job), 'parameters', `bias and multipliers of ${name}`),
      lower.scratch(scratchOf(shape), 'uint32_t'),
      job.y.name,
    ];
    return {
      ...kernelCall('nn_conv2d_winograd_s8', shape, list),
      macs: job.macs,
      summary: job.summary,
      reading: 'bytes',
    };
  },
};

/** Two transformed tiles, the sums of their 16 positions for four outputs, a tile that lies over a border. */
function scratchOf({ in_c }: WindowShape): number {
  return 64 * in_c + 4 * 128 + 16 * in_c;
}

/** [out / 4][16][in / 2][4] pairs of int16: of each four channels (0, 2), then (1, 3). */
function transformed({ shape, weights }: LinearJob): Uint32Array {
  const { in_c, out_c } = shape;
  const codes = weights.data as Codes;
  const words = new Uint32Array(8 * in_c * out_c);
  let position = 0;
  for (let group = 0; group < out_c; group += 4) {
    for (let p = 0; p < 16; p++) {
      for (let pair = 0; pair < in_c / 2; pair++) {
        const channel = 4 * (pair >> 1) + (pair % 2);
        for (let o = group; o < group + 4; o++) {
          const half = (i: number) => transformedAt(codes, 9 * (o * in_c + i), p) & 0xffff;
          words[position++] = half(channel) | (half(channel + 2) << 16);
        }
      }
    }
  }
  return words;
}

/** Of the 3x3 weights from `first` on. */
function transformedAt(codes: Codes, first: number, position: number): number {
  const [row, column] = [G2[position >> 2], G2[position % 4]];
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += row[Math.floor(i / 3)] * column[i % 3] * codes[first + i];
  return sum;
}

function outputPairs({ bias, multiplier }: LinearJob): Int32Array {
  return Int32Array.from({ length: 2 * bias.length }, (_, i) => (i % 2 === 0 ? bias : multiplier)[i >> 1]);
}

/** Tiles of 2 x 4 outputs in raster order: what each writes lies below what later ones read. */
function tileOverlap(s: WindowShape): number {
  let [lowest, distance] = [Number.POSITIVE_INFINITY, 0];
  const last = (size: number, step: number) => step * Math.floor((size - 1) / step);
  for (let oy = last(s.out_h, 2); oy >= 0; oy -= 2) {
    for (let ox = last(s.out_w, 4); ox >= 0; ox -= 4) {
      const end = (Math.min(oy + 1, s.out_h - 1) * s.out_w + Math.min(ox + 4, s.out_w)) * s.out_c;
      if (Number.isFinite(lowest)) distance = Math.max(distance, end - lowest);
      lowest = Math.min(lowest, (Math.max(0, oy - s.pad_top) * s.in_w + Math.max(0, ox - s.pad_left)) * s.in_c);
    }
  }
  return distance;
}
