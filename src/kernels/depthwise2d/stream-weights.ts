import {
  type Codes,
  type Decoder,
  decodingWork,
  findFormat,
  type StoredWeights,
  storedBytes,
} from '../../formats/index.ts';
import type { LayerSpec, LowerBuilder } from '../../ir/lowering.ts';
import type { Work } from '../../ir/program.ts';
import type { WindowShape } from '../../ir/window.ts';
import { must } from '../../support/errors.ts';
import { finishedByFours, requantizesByFours } from '../dsp-limits.ts';
import type { LinearJob } from '../linear-job.ts';
import { plansOf } from '../once-per-job.ts';
import { depthwiseStream, tapsInFours } from '../packing/depthwise-stream.ts';
import { biasTables } from '../weights/bias-tables.ts';
import { packedParams } from '../weights/read-weights.ts';

/** Weights of a layer up to which they are stored as bytes rather than unpacked to RAM, where the goal is not size. */
const FEW_WEIGHTS = 1024;

/**
 * The stream of depthwise kernels that take four channels at a time (depthwise-stream.ts): a table, or unpacked, either before the
 * kernel starts or, by kernels that can wait, four channels at a time, where a decoder can begin anywhere.
 * orderOf: taps as the kernel reads them.
 */
export function streamWeights(orderOf: (shape: WindowShape) => readonly number[], wanted: 'whole' | 'fours' = 'whole') {
  const byFours = (job: LinearJob) => wanted === 'fours' && isFree(job);
  const packed = plansOf((job: LinearJob) => {
    const order = orderOf(job.shape);
    return packedTaps(job, order, byFours(job) ? 4 * order.length : job.weights.data.length);
  });
  const isPlain = (job: LinearJob) =>
    wanted === 'whole' && job.goal !== 'size' && job.weights.data.length <= FEW_WEIGHTS;
  const storedOf = (job: LinearJob): StoredWeights | null => (isPlain(job) ? null : packed.of(finishedByFours(job)));
  const streamBytes = ({ shape }: LinearJob) => (orderOf(shape).length + 8) * shape.out_c;
  return {
    /** True, or why weights and results are not what the kernels take. */
    accepts(job: LinearJob): true | string {
      const plain = finishedByFours(job);
      const able = requantizesByFours(plain);
      return able === true ? (packed.refusal(plain) ?? true) : able;
    },
    scratchBytes: (job: LinearJob): number => (storedOf(job) === null || byFours(job) ? 0 : streamBytes(job)),
    tableBytes(job: LinearJob): number {
      const stored = storedOf(job);
      return stored === null ? streamBytes(job) : storedBytes(stored) + 8 * job.shape.out_c;
    },
    /** Of unpacking, `times` where it is by fours. */
    work(job: LinearJob, times = 1): Work {
      if (storedOf(job) === null) return {};
      const codes = job.weights.data as Codes;
      return byFours(job)
        ? { [`unpack ${decoderOf(job).name} by fours`]: times * codes.length }
        : decodingWork(findFormat(must(job.format, 'a format')), codes);
    },
    /** Arguments of a call, taps that are unpacked first, and the decoder of four channels or ''. */
    build(shifted: LinearJob, lower: LowerBuilder) {
      const job = finishedByFours(shifted);
      const stored = storedOf(job);
      const fours = stored !== null && byFours(job);
      const { reading, ...stream } =
        stored === null
          ? plainStream(job, orderOf(job.shape), lower)
          : unpackedStream(job, stored, fours ? 0 : streamBytes(job), lower);
      const about = { macs: job.macs, summary: job.summary, reading };
      const input = [job.x.name, { 'input zero point': job.inputZeroPoint }];
      return { ...stream, input, unpack: fours ? decoderOf(job).name : '', about };
    },
  };
}

function plainStream({ weights, bias, multiplier, name }: LinearJob, order: readonly number[], lower: LowerBuilder) {
  const comment = `int8 weights [out / 4][kernel][4] of ${name}, with bias and multipliers`;
  const stream = depthwiseStream(weights.data as Codes, order, bias, multiplier);
  const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * bias.length);
  const reading: LayerSpec['reading'] = 'bytes';
  return { taps: null, w, reading };
}

function unpackedStream(job: LinearJob, stored: StoredWeights, bytes: number, lower: LowerBuilder) {
  const unpack = decoderOf(job);
  const rows = job.shape.out_c;
  const taps = job.weights.data.length / rows;
  const comment = `${job.format} weights [out / 4][kernel][4] of ${job.name}`;
  const table = packedParams(lower, stored, unpack, comment, {
    kind: 's8',
    order: { rows, perGroup: rows, depth: taps },
  });
  const { bias, multiplier } = biasTables(job, lower);
  const shift = job.folded ?? 0;
  const whole = bytes > 0;
  const w = whole ? lower.scratch(bytes, 'uint32_t') : `&packed, /* shift */ ${shift}, ${bias}, ${multiplier}`;
  const unpacked = { ...(table as object), rows, taps, shift, bias, multiplier, to: whole ? w : null };
  const reading: LayerSpec['reading'] = whole ? 'whole' : 'block';
  return { taps: unpacked, w, reading };
}

/** The weights in runs of `run` codes; null for plain codes. */
function packedTaps(job: LinearJob, order: readonly number[], run: number): StoredWeights | string | null {
  const format = job.format === null ? null : findFormat(job.format);
  if (format === null || format.unpack === null) return null;
  const by = 2 ** (job.folded ?? 0);
  const codes = tapsInFours(job.weights.data as Codes, order).map((code) => code / by);
  const reason = format.refuse(codes);
  if (reason !== null) return `its weights cannot be stored as ${format.name}: ${reason}`;
  const stored = format.encode(codes, new Array<number>(codes.length / run).fill(run));
  return stored.kinds.length > 0 ? `its weights are ${format.name}, each channel by itself` : stored;
}

/** Its decoder can begin at any segment. */
function isFree({ format }: LinearJob): boolean {
  const decoder = format === null ? null : findFormat(format).unpack;
  return decoder !== null && !decoder.keeps;
}

function decoderOf({ format }: LinearJob): Decoder {
  return must(findFormat(must(format, 'a format')).unpack, 'a decoder');
}
