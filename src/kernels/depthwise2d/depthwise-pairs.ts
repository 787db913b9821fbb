import type { WindowShape } from '../../ir/window.ts';
import { raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { depthwisePairsWork } from '../work.ts';
import { streamWeights } from './stream-weights.ts';

/** Pairs of columns in a window that are written out. */
const MOST_PAIRS = 32;

const weights = streamWeights(({ kernel_h, kernel_w }) => Array.from({ length: kernel_h * kernel_w }, (_, i) => i));

/** Any window and stride: rows of four channels are widened once, by pairs of columns, which one SMLAD multiplies. */
export const depthwisePairsS8: Kernel<LinearJob> = {
  id: 'depthwise_pairs_s8',
  needs: ['dsp'],
  tile: { outputs: 4, pixels: 1, depth: 2 },
  accepts(job) {
    const { shape } = job;
    if (shape.batch !== 1) return 'it has several images';
    if (shape.dilation_h !== 1 || shape.dilation_w !== 1) return 'it is dilated';
    if (shape.out_c !== shape.in_c || shape.out_c % 4 !== 0) return 'its channels are no multiple of four';
    const { pairs } = pairsOf(shape);
    if (shape.kernel_h * pairs > MOST_PAIRS) return `its windows have more than ${MOST_PAIRS} pairs of columns`;
    return weights.accepts(job);
  },
  scratchBytes: (job) =>
    pairsOf(job.shape).weightBytes + pairsOf(job.shape).rowBytes * job.shape.kernel_h + weights.scratchBytes(job),
  overlap: ({ shape }) => (isInPlace(shape) ? { exactly: 0 } : null),
  work: (job) => ({ ...depthwisePairsWork(job, pairsOf(job.shape)), ...weights.work(job) }),
  tableBytes: weights.tableBytes,
  build(job, lower) {
    const { shape } = job;
    const { kernel_h, kernel_w, stride_w } = shape;
    const { pairs, length, odd, rowBytes, weightBytes } = pairsOf(shape);
    const { input, w, taps, about } = weights.build(job, lower);
    const name = `nn_depthwise_pairs_s8_${kernel_h}x${kernel_w}_${stride_w}${formSuffix(job.form)}`;
    const step = 16 * (odd ? stride_w : stride_w / 2);
    const widened = lower.scratch(weightBytes, 'uint32_t');
    const ofRows = lower.scratch(kernel_h * rowBytes, 'uint32_t');
    const list = [...input, w, widened, { 'pairs of a row': length }, ofRows, job.y.name];
    return {
      ...kernelCall(name, shape, [{ 'zero point': raisedZeroPoint(job) }, ...list], { taps }),
      instances: [
        {
          name,
          template: 'nn_depthwise_pairs_s8',
          params: {
            form: formSuffix(job.form),
            kernel_h,
            kernel_w,
            pairs,
            odd,
            step,
            ...frameOf(kernel_h, pairs, step),
          },
        },
      ],
      ...about,
    };
  },
};

/** Pairs of columns of a window and of a row; with an odd stride, windows begin in odd columns as well. */
export function pairsOf({ kernel_h, kernel_w, stride_w, out_w }: WindowShape) {
  const pairs = Math.ceil(kernel_w / 2);
  const odd = stride_w % 2 === 1;
  const length = Math.floor(((out_w - 1) * stride_w) / 2) + pairs;
  return { pairs, odd, length, rowBytes: 16 * length * (odd ? 2 : 1), weightBytes: 16 * (kernel_h * pairs + 2) };
}

/** Bytes of the stack where the loop keeps what, and from the end of a row of a window to the next window. */
export function frameOf(kernel_h: number, pairs: number, step: number) {
  const y = 4 * kernel_h;
  const at = { y, w: y + 4, count: y + 8, saved: y + 12, y_step: y + 48, zero_point: y + 52 };
  return { rows: Array.from({ length: kernel_h }, (_, ky) => 4 * ky), at, back: 16 * pairs - step };
}

/** A row is widened before the output of that row is written, and is not read again. */
function isInPlace(s: WindowShape): boolean {
  const alike = s.in_h === s.out_h && s.in_w === s.out_w && s.stride_h === 1 && s.stride_w === 1;
  return alike && s.pad_top < s.kernel_h;
}
