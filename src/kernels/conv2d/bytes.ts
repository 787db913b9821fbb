import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { multipliesBytes } from '../bytes-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { pairOverlap } from './chunk-overlap.ts';
import { kernelMajor } from './layout.ts';

/** Outputs of a group, and codes that the loop takes at a time. */
const FOUR = 4;

/** Eight sums in registers: two windows times four outputs, a byte at a time, for Armv7-M without the DSP extension. */
export const conv2dBytesS8: Kernel<LinearJob> = {
  id: 'conv2d_bytes_s8',
  needs: ['thumb2'],
  tile: { outputs: FOUR, pixels: 2, depth: FOUR },
  accepts(job) {
    const { shape } = job;
    if (shape.groups !== 1) return 'it has groups';
    if (shape.out_c % FOUR !== 0) return 'its outputs are no multiple of four';
    if (shape.out_h * shape.out_w === 1) return 'it has one pixel';
    return multipliesBytes(job);
  },
  scratchBytes: (job) => 2 * depthOf(job),
  overlap: ({ shape }) => ({ atLeast: pairOverlap(shape, true) }),
  work({ shape }) {
    const pairs = shape.batch * Math.ceil((shape.out_h * shape.out_w) / 2);
    const products = shape.kernel_h * shape.kernel_w * shape.in_c;
    const gathered = 2 * (40 + shape.kernel_h * 45 + 1.2 * products);
    const group = 80 + 14.4 * FOUR * Math.ceil(products / FOUR);
    return { instructions: 60 + pairs * (50 + gathered + (shape.out_c / FOUR) * group) };
  },
  tableBytes: (job) => job.shape.out_c * (depthOf(job) + 8),
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, zeroPoint, inputZeroPoint, macs, summary } = job;
    const depth = depthOf(job);
    const [zero, input] = [{ 'zero point': zeroPoint }, { 'input zero point': inputZeroPoint }];
    const patch = lower.scratch(2 * depth, 'int8_t');
    const list = [zero, job.x.name, input, streamOf(job, lower), { 'codes of a window': depth }, patch, job.y.name];
    return { ...kernelCall('nn_conv2d_bytes_s8', shape, list), macs, summary };
  },
};

/** Columns of a row, rounded up to fours. */
function depthOf({ shape }: LinearJob): number {
  return FOUR * Math.ceil((shape.kernel_h * shape.kernel_w * shape.in_c) / FOUR);
}

/** For each four outputs: bias [4], a word of four codes for each column, multipliers [4]. Columns that are not there are zeros. */
function streamOf(job: LinearJob, lower: LowerBuilder): string {
  const { shape, bias, multiplier, name } = job;
  const codes = kernelMajor(job.weights).data as Codes;
  const used = codes.length / shape.out_c;
  const depth = depthOf(job);
  const stream = new Uint32Array((shape.out_c / FOUR) * (depth + 8));
  for (let o = 0; o < shape.out_c; o++) {
    const group = Math.floor(o / FOUR) * (depth + 8);
    const row = o % FOUR;
    stream[group + row] = bias[o];
    for (let i = 0; i < used; i++) stream[group + FOUR + i] |= (codes[o * used + i] & 0xff) << (8 * row);
    stream[group + FOUR + depth + row] = multiplier[o];
  }
  const comment = `int8 weights [out / 4][kernel][in][4] of ${name}, with bias and multipliers`;
  return lower.table('weights', 'u32', stream, 'weights', comment, 8 * shape.out_c);
}
