import {
  type Codes,
  type Decoder,
  decodingWork,
  findFormat,
  narrowed,
  type RowOrder,
  storedBytes,
  type WeightFormat,
} from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Json, Work } from '../../ir/program.ts';
import { arenaBytes } from '../../ir/tensor.ts';
import { must } from '../../support/errors.ts';
import { fitsField } from '../dsp-limits.ts';
import type { LinearJob } from '../linear-job.ts';
import { type Plans, plansOf } from '../once-per-job.ts';
import { biasTables } from '../weights/bias-tables.ts';
import { packGroups } from '../weights/pack-rows.ts';
import { packedParams, rowSegments, sharedBytes } from '../weights/read-weights.ts';
import { streamWords } from './gemm-stream.ts';

/** Rows of a layer in the order of a kernel. */
export interface PackedRows {
  /** nn_<into>_<decoder> puts four rows at a time together as the kernel reads them (partials/rows_begin). */
  readonly into: 'stream_s8' | 'stream_helium';
  /** [out][depth] */
  readonly codes: Codes;
  readonly depth: number;
  /** Columns that the kernel reads. */
  readonly words: number;
  /** Bytes below its input at which the output may start, where all rows are unpacked at once; null: blocks cost nothing. */
  readonly distance: number | null;
}

/** Weights of few bits, unpacked into a stream of nn_gemm_4x2_s8 or nn_gemm_helium_s8. */
export interface PackedStream extends PackedRows {
  readonly unpack: Decoder;
  readonly order: RowOrder;
  /** Of unpacking it. */
  readonly work: Work;
  /** Rows that are unpacked at a time, of one group. */
  readonly block: number;
  /** All of them before the first is used. */
  readonly whole: boolean;
  readonly scratchBytes: number;
  readonly tableBytes: number;
}

/** Memory for the stream of some rows; four rows may need more. */
const BLOCK_BYTES = 1024;

/** Weights of a layer up to which they are stored as bytes: what few bits save is less than the code that unpacks them. */
const FEW_WEIGHTS = 512;

/** The same where kernels read few bits in place: bytes spare a tenth of the time, which pays from so many pixels on. */
const MANY_PIXELS = 64;

/** Kernels of bytes store the weights of a layer as they are, whatever its format. */
export function storesBytes({ format: name, weights, goal, shape }: LinearJob): boolean {
  const format = name === null ? null : findFormat(name);
  if (format === null || format.unpack === null) return true;
  if (goal === 'size' || weights.data.length > FEW_WEIGHTS) return false;
  const isField = format.bits !== null && fitsField(weights.data as Codes, 4);
  return goal === 'speed' || !isField || shape.batch * shape.out_h * shape.out_w >= MANY_PIXELS;
}

/** Plans of jobs: null for plain codes. */
export function packedStreams(rowsOf: (job: LinearJob) => PackedRows): Plans<LinearJob, PackedStream | null> {
  return plansOf((job) => {
    return storesBytes(job) ? null : planStream(job, findFormat(must(job.format, 'a format')), rowsOf(job));
  });
}

function planStream(job: LinearJob, format: WeightFormat, wanted: PackedRows): PackedStream | string {
  const { into, depth, words, distance } = wanted;
  const { out_c: rows, groups } = job.shape;
  const perGroup = rows / groups;
  const order = { rows, perGroup, depth };
  const folded = 2 ** (job.folded ?? 0);
  const codes = narrowed(packGroups(wanted.codes, order).map((code) => code / folded));
  if (!(codes instanceof Int8Array)) return 'its weights do not fit 8 bits';
  const reason = format.refuse(codes, order);
  if (reason !== null) return `its weights cannot be stored as ${format.name}: ${reason}`;
  const [input, output] = [arenaBytes(job.x.type), arenaBytes(job.y.type)];
  const shared = distance === null ? 0 : sharedBytes(input, output, distance);
  const room = distance === null ? BLOCK_BYTES : Math.max(BLOCK_BYTES, (input + output) / 4);
  const some = Math.min(perGroup, 4 * Math.max(1, Math.floor(room / (4 * (words + 8)))));
  const beside = perGroup % 4 === 0 ? 0 : 4 * Math.ceil((3 * depth) / 4);
  // Groups gather windows of their own, so that blocks of them cost nothing.
  const most = groups > 1 ? perGroup : some;
  const bytesOf = (count: number, groups = 1) => 4 * groups * streamWords(count, words) + beside;
  const whole = bytesOf(perGroup, groups) <= bytesOf(most) + shared;
  const block = whole ? perGroup : most;
  const tableBytes = storedBytes(format.encode(codes, rowSegments(order, 4, 1), order)) + 8 * rows;
  return {
    into,
    codes,
    depth,
    words,
    distance,
    unpack: must(format.unpack, 'a decoder'),
    work: {
      ...decodingWork(format, codes, Math.ceil(rows / 4)),
      // Rows that are no four are put together code by code.
      ...(perGroup % 4 > 0 && { 'unpack left': 4 * depth * groups }),
      ...(folded > 1 && { 'unpack shifted': (codes.length * words) / depth }),
    },
    order,
    block,
    whole,
    scratchBytes: bytesOf(block, whole ? groups : 1),
    tableBytes,
  };
}

/** Where a kernel finds its stream, and the rows that are unpacked into it first, or null. */
export type StreamParams = {
  readonly rows: Json;
  readonly w: string;
  readonly end: string;
  readonly stream: string;
  readonly y: string;
};

/** Adds tables and scratch. */
export function storeStream(job: LinearJob, plan: PackedStream, lower: LowerBuilder): StreamParams {
  const { into, codes, depth, words, unpack, order, block, whole } = plan;
  const format = findFormat(must(job.format, 'a format'));
  const stored = format.encode(codes, rowSegments(order, 4, 1), order);
  const comment = `${format.name} weights [out][in] of ${job.name} in blocks of 4 x 4`;
  const table = packedParams(lower, stored, unpack, comment, { kind: 's8', order });
  const w = lower.scratch(plan.scratchBytes, 'uint32_t');
  // Streams of several groups, before the kernel begins.
  const apart = whole && order.perGroup < order.rows;
  const length = streamWords(order.perGroup, words);
  const stream = apart ? `${length}` : `(count + 3) / 4 * ${words + 8}`;
  const to = apart ? `${w} + first / ${block} * ${length}` : w;
  return {
    rows: {
      ...(table as object),
      into,
      rows: order.rows,
      block,
      depth,
      // What Helium multiplies is shifted then.
      numbers: into === 'stream_s8' ? `, /* words */ ${words}, /* shift */ ${job.folded ?? 0}` : '',
      to,
      apart,
      ...biasTables(job, lower),
    },
    w,
    end: `${w} + ${stream}`,
    stream,
    y: apart ? job.y.name : `${job.y.name} + first`,
  };
}
