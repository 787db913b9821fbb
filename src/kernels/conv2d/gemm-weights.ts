import type { Codes } from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import type { Json, KernelInstance, Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import { finishedByFours, multipliesByHalves, raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { OverlapRule } from '../kernel.ts';
import type { Argument } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { gemmStream, streamWords } from '../packing/gemm-stream.ts';
import { type PackedStream, packedStreams, storeStream } from '../packing/packed-stream.ts';
import { addsSums, sumArguments, sumRefusal, sumWork } from '../sum-behind.ts';
import { gemmWork } from '../work.ts';
import { pairOverlap } from './chunk-overlap.ts';
import { kernelMajor } from './layout.ts';

/** Columns of a row of weights that the kernel reads, and the shape that says how near to its input the output may lie. */
export interface Columns {
  wordsOf(job: LinearJob): number;
  overlapShape(shape: WindowShape): WindowShape;
}

/** How kernels of pairs of windows get at the weights of a layer. */
export interface GemmWeights {
  /** Its kernels add another tensor. */
  readonly adds?: true;
  /** Null where weights are read as they lie, or unpacked all at once; rows of a group, at most. */
  blockOf(job: LinearJob): number | null;
  accepts(job: LinearJob): true | string;
  scratchBytes(job: LinearJob): number;
  overlap(job: LinearJob): OverlapRule;
  /** `gathered`: what the windows of an image and a group take, once for each block of rows. */
  work(job: LinearJob, gathered?: Work): Work;
  tableBytes(job: LinearJob): number;
  /** What kernels of pairs take, and the unpacking that comes first. */
  build(job: LinearJob, lower: LowerBuilder): BuiltWeights;
}

export interface GemmOperands {
  readonly x: string;
  readonly inputZeroPoint: Argument;
  readonly zeroPoint: Argument;
  readonly w: string;
  readonly end: string;
  /** Words of a group. */
  readonly stream: string;
  /** What is added to the codes: parameters and the other tensor, where kernels can. */
  readonly sum: readonly Argument[];
  readonly y: string;
}

export interface BuiltWeights {
  readonly operands: GemmOperands;
  /** That are unpacked, or null. */
  readonly rows: Json;
  /** Of kernels that multiply so: nn_gemm_4x2_{{weights}}{{form}}. */
  readonly names: { readonly weights: string; readonly form: string; readonly sum?: boolean };
  /** Kernels with numbers of the layer. */
  readonly instances: readonly KernelInstance[];
  readonly described: Pick<LayerSpec, 'macs' | 'summary' | 'reading'>;
}

/** The stream of nn_gemm_4x2_s8 for a convolution. */
export function gemmWeights({ wordsOf, overlapShape }: Columns): GemmWeights {
  const distanceOf = ({ shape }: LinearJob) => pairOverlap(overlapShape(shape), shape.groups === 1);
  const plans = packedStreams((job) => ({
    into: 'stream_s8',
    codes: kernelMajor(job.weights).data as Codes,
    depth: depthOf(job.shape),
    words: wordsOf(job),
    distance: distanceOf(job),
  }));
  const packed = (job: LinearJob): PackedStream | null => plans.of(finishedByFours(job));
  return {
    adds: true,
    blockOf: (job: LinearJob): number | null => (packed(job)?.whole === false ? (packed(job)?.block ?? null) : null),
    accepts(job: LinearJob): true | string {
      const plain = finishedByFours(job);
      const unable = job.sum
        ? packed(job)?.whole === false
          ? 'its weights are unpacked in blocks'
          : sumRefusal(job)
        : null;
      if (unable !== null) return unable;
      const able = multipliesByHalves(plain, job.shape.out_c / job.shape.groups);
      return able === true ? (plans.refusal(plain) ?? true) : able;
    },
    scratchBytes: (job: LinearJob): number => packed(job)?.scratchBytes ?? 0,
    overlap: (job: LinearJob): OverlapRule => (packed(job)?.whole === false ? null : { atLeast: distanceOf(job) }),
    work(job: LinearJob, gathered: Work = {}): Work {
      const plan = packed(job);
      const blocks = plan ? Math.ceil(job.shape.out_c / job.shape.groups / plan.block) : 1;
      const own = gemmWork(job, wordsOf(job), gathered, blocks);
      return { ...own, ...sumWork(job, own), ...plan?.work };
    },
    tableBytes: (job: LinearJob): number =>
      packed(job)?.tableBytes ?? 4 * job.shape.groups * streamWords(job.shape.out_c / job.shape.groups, wordsOf(job)),
    build(shifted: LinearJob, lower: LowerBuilder) {
      const plan = packed(shifted);
      const job = finishedByFours(shifted);
      const stored = plan ? storeStream(job, plan, lower) : plainStream(job, lower, wordsOf(job));
      const { shape, x, inputZeroPoint, macs, summary } = job;
      const group =
        plan?.whole === false && shape.groups > 1 ? ` + first / ${plan.block} * ${shape.in_c / shape.groups}` : '';
      const reading: LayerSpec['reading'] = plan === null ? 'bytes' : plan.whole ? 'whole' : 'block';
      return {
        rows: stored.rows,
        operands: {
          x: x.name + group,
          inputZeroPoint: { 'input zero point': inputZeroPoint },
          zeroPoint: { 'zero point': raisedZeroPoint(job) },
          w: stored.w,
          end: stored.end,
          stream: stored.stream,
          y: stored.y,
          sum: sumArguments(job, stored.y, lower),
        },
        names: addsSums(job)
          ? { weights: 's8', form: '_sum', sum: true }
          : { weights: 's8', form: formSuffix(job.form) },
        instances: [],
        described: { macs, summary, reading },
      };
    },
  };
}

/** Products of an output. */
export function depthOf(shape: WindowShape): number {
  return shape.kernel_h * shape.kernel_w * (shape.in_c / shape.groups);
}

/** The streams of all groups, one after the other. */
function plainStream(job: LinearJob, lower: LowerBuilder, depth: number) {
  const { shape, name } = job;
  const codes = kernelMajor(job.weights).data as Codes;
  const used = depthOf(shape);
  const rows = shape.out_c / shape.groups;
  const length = streamWords(rows, depth);
  const stream = new Uint32Array(shape.groups * length);
  for (let g = 0; g < shape.groups; g++) {
    const first = g * rows;
    const group = {
      rows,
      depth,
      weight: (row: number, column: number) => (column < used ? codes[(first + row) * used + column] : 0),
      bias: job.bias.subarray(first, first + rows),
      multiplier: job.multiplier.subarray(first, first + rows),
    };
    stream.set(gemmStream(group), g * length);
  }
  const comment = `int8 weights [out / 4][kernel][in] of ${name} as halves 256 * w1 + w0, with bias and multipliers`;
  const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * 4 * Math.ceil(rows / 4) * shape.groups);
  return { rows: null, w, end: `${w} + ${stream.length}`, stream: `${length}`, y: job.y.name };
}
