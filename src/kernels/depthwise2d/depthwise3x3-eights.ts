import type { WindowShape } from '../../ir/window.ts';
import { inOrderOfEights } from '../by-eights.ts';
import { raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { oncePerJob } from '../once-per-job.ts';
import { asBytes } from '../packed-codes.ts';
import { depthwiseRunsWork } from '../work.ts';
import { buildStrips, depthwise3x3RunsS8, depthwise3x3StripsS8, fours, plain3x3 } from './depthwise3x3.ts';

/** With one code to a byte, channels in the order in which halves of bytes are unpacked. */
const bytesOf = oncePerJob((job: LinearJob) => inOrderOfEights(asBytes(job), { x: true, y: true }));

/** Without stride, codes of 4 bits: planes are made of halves of bytes, results packed eight channels at a time. */
export const depthwise3x3StripsA4: Kernel<LinearJob> = {
  ...depthwise3x3StripsS8,
  id: 'depthwise3x3_strips_a4',
  pricedAs: depthwise3x3StripsS8.id,
  accepts(job) {
    const { in_w, out_w, pad_left } = job.shape;
    if (Math.min(in_w, out_w + 3 - pad_left) < 4) return 'its rows have fewer than four pixels';
    return inEights(job) ?? depthwise3x3StripsS8.accepts(bytesOf(job));
  },
  scratchBytes: (job) => depthwise3x3StripsS8.scratchBytes(bytesOf(job)) + codesOfEight(job.shape),
  work: (job) => ({ ...depthwise3x3StripsS8.work(bytesOf(job)), ...codesWork(job, 0.8) }),
  build: (job, lower) =>
    buildStrips(bytesOf(job), lower, [lower.scratch(codesOfEight(job.shape), 'int8_t'), { ...job.clamp }]),
};

/** Any stride, codes of 4 bits: halves of bytes make a padded image of four channels, results are packed eight channels at a time. */
export const depthwise3x3EightsA4: Kernel<LinearJob> = {
  id: 'depthwise3x3_eights_a4',
  pricedAs: depthwise3x3RunsS8.id,
  needs: ['dsp'],
  tile: depthwise3x3RunsS8.tile,
  accepts: (job) => inEights(job) ?? plain3x3(job.shape) ?? fours.accepts(bytesOf(job)),
  scratchBytes: (job) => imageOf(job.shape).bytes + codesOfEight(job.shape) + fours.scratchBytes(bytesOf(job)),
  // Eight channels are written over some of those that have been read.
  overlap: ({ shape }) => (shape.out_h * shape.out_w <= shape.in_h * shape.in_w ? { exactly: 0 } : null),
  work(job) {
    const { height, width } = imageOf(job.shape);
    const padded = { ...job.shape, in_h: height, in_w: width, pad_top: 0, pad_left: 0 };
    return { ...depthwiseRunsWork({ ...job, shape: padded }), ...fours.work(bytesOf(job)), ...codesWork(job, 2.4) };
  },
  tableBytes: (job) => fours.tableBytes(bytesOf(job)),
  build(job, lower) {
    const { height, width, bytes } = imageOf(job.shape);
    const { input, w, taps, unpack, about } = fours.build(bytesOf(job), lower);
    const list = [
      ...[{ 'zero point': raisedZeroPoint(job) }, ...input, w, { rows: height, 'bytes of a row': 4 * width }],
      ...[
        lower.scratch(bytes, 'int8_t'),
        lower.scratch(codesOfEight(job.shape), 'int8_t'),
        { ...job.clamp },
        job.y.name,
      ],
    ];
    const kernel = `nn_depthwise3x3_eights_s8${unpack === '' ? '' : `_${unpack}`}${formSuffix(job.form)}`;
    return { ...kernelCall(kernel, job.shape, list, { taps }), ...about };
  },
};

/** Null, or why its channels are no eights of codes that lie two to a byte. */
function inEights({ x, y, shape }: LinearJob): string | null {
  if (!x.packed || !y.packed) return 'its input or output has no codes of 4 bits';
  return shape.in_c % 8 === 0 ? null : 'its channels are no multiple of eight';
}

/** @param load instructions for a code of the input */
function codesWork({ shape: s }: LinearJob, load: number) {
  return { 'loads halves': load * s.in_h * s.in_w * s.in_c, 'stores eights': s.out_h * s.out_w * s.out_c };
}

function codesOfEight({ out_h, out_w }: WindowShape): number {
  return 8 * out_h * out_w;
}

/** Of four channels, with padding, as far as windows reach. */
function imageOf({ out_h, out_w, stride_h, stride_w }: WindowShape) {
  const height = (out_h - 1) * stride_h + 3;
  const width = (out_w - 1) * stride_w + 3;
  return { height, width, bytes: 4 * height * width };
}
