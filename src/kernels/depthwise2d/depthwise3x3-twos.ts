import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { multipliesBytes } from '../bytes-limits.ts';
import { chunkOverlap } from '../conv2d/chunk-overlap.ts';
import { isDepthwise } from '../conv2d/layout.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';

/** Words of a channel: bias, nine codes, multiplier. */
const WORDS = 5;

/** Two pixels beside each other, channel by channel, for Armv7-M without the DSP extension. */
export const depthwise3x3TwosS8: Kernel<LinearJob> = {
  id: 'depthwise3x3_twos_s8',
  needs: ['thumb2'],
  tile: { outputs: 1, pixels: 2, depth: 9 },
  accepts(job) {
    const { shape } = job;
    if (!isDepthwise(shape)) return 'it has more than one channel a group';
    if (shape.kernel_h !== 3 || shape.kernel_w !== 3) return 'it is not 3x3';
    if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
    if (shape.stride_w > 2) return 'its columns are more than two apart';
    return multipliesBytes(job);
  },
  scratchBytes: ({ shape }) => 3 * (3 + shape.stride_w) * shape.in_c,
  overlap: ({ shape }) => ({ atLeast: chunkOverlap(shape, { most: 2, inRow: true }, false) }),
  work({ shape }) {
    const rows = shape.batch * shape.out_h;
    const twos = rows * Math.ceil(shape.out_w / 2);
    const copies = rows * 2 * (60 + 3 * (3 + shape.stride_w) * shape.in_c * 0.6);
    return { instructions: 60 + twos * (120 + 57 * shape.in_c) + copies };
  },
  tableBytes: ({ shape }) => 4 * WORDS * shape.in_c,
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, zeroPoint, inputZeroPoint, macs, summary } = job;
    const [zero, input] = [{ 'zero point': zeroPoint }, { 'input zero point': inputZeroPoint }];
    const patch = lower.scratch(this.scratchBytes(job), 'int8_t');
    const list = [zero, job.x.name, input, streamOf(job, lower), patch, job.y.name];
    return { ...kernelCall('nn_depthwise3x3_twos_s8', shape, list), macs, summary };
  },
};

/** For each channel: bias, nine codes in three words, multiplier. */
function streamOf({ shape, weights, bias, multiplier, name }: LinearJob, lower: LowerBuilder): string {
  const codes = weights.data as Codes;
  const stream = new Uint32Array(WORDS * shape.in_c);
  for (let c = 0; c < shape.in_c; c++) {
    stream[WORDS * c] = bias[c];
    for (let t = 0; t < 9; t++) stream[WORDS * c + 1 + (t >> 2)] |= (codes[9 * c + t] & 0xff) << (8 * (t % 4));
    stream[WORDS * c + 4] = multiplier[c];
  }
  const comment = `int8 weights [channels][kernel] of ${name}, with bias and multipliers`;
  return lower.table('weights', 'u32', stream, 'weights', comment, 8 * shape.in_c);
}
