import { type WindowShape, windowOverlap } from '../../ir/window.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { asBytes } from '../packed-codes.ts';
import { LANES, startsOf } from '../packing/depthwise-helium-stream.ts';
import { depthwise3x3HeliumS8, tapsInStream } from './depthwise-helium.ts';

/**
 * 3x3, any stride, codes of 4 bits, 16 channels at a time: their part of three rows is unpacked with its padding, and the results of a
 * row are packed. Slower than a band of all channels, in a fraction of its memory.
 */
export const depthwise3x3SlicesHeliumA4: Kernel<LinearJob> = {
  ...depthwise3x3HeliumS8,
  id: 'depthwise3x3_slices_helium_a4',
  accepts(job) {
    if (!job.x.packed || !job.y.packed) return 'its input or output has no codes of 4 bits';
    if (job.shape.in_c % 2 === 1) return 'its number of channels is odd';
    return depthwise3x3HeliumS8.accepts(asBytes(job));
  },
  scratchBytes: ({ shape }) => roomsOf(shape).image + roomsOf(shape).codes,
  // A row is read until all of it is written.
  overlap: ({ shape }) => ({ atLeast: windowOverlap(shape, 0.5, 0.5, shape.out_w) }),
  work({ shape: { in_w, in_c, out_h, out_w, stride_w } }) {
    const slices = out_h * startsOf(in_c).length;
    return { instructions: slices * (105 + 24 * in_w + out_w * (stride_w === 1 ? 120 : 134)) };
  },
  build(packed, lower) {
    const job = withoutShift(asBytes(packed));
    const { shape, x, y, zeroPoint, inputZeroPoint, macs, summary } = job;
    const { image, codes } = roomsOf(shape);
    return {
      ...kernelCall(`nn_depthwise3x3_slices_helium_a4${formSuffix(job.form)}`, shape, [
        ...[{ 'zero point': zeroPoint }, x.name, { 'input zero point': inputZeroPoint }],
        ...tapsInStream(job, lower),
        { 'bytes of a row': image / 3 },
        ...[lower.scratch(image, 'int8_t'), lower.scratch(codes, 'int8_t'), { ...packed.clamp }, y.name],
      ]),
      macs,
      summary,
    };
  },
};

/** For 16 channels: three rows of the input with padding, as far as windows reach, and a row of the output. */
function roomsOf({ out_w, stride_w, in_w, pad_left }: WindowShape) {
  const columns = Math.max((out_w - 1) * stride_w + 3, pad_left + in_w);
  return { image: 3 * LANES * columns, codes: LANES * out_w };
}
