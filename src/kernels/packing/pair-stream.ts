import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { must } from '../../support/errors.ts';
import { finishedByFours, fitsField, saturatesByFours } from '../dsp-limits.ts';
import type { LinearJob } from '../linear-job.ts';
import type { Rows } from './gemm-stream.ts';
import { type PairTable, pairTable, readsPairs, storePairs } from './pair-table.ts';

/** Largest half of a word. */
const MOST = 2 ** 15 - 1;

/** True, or why kernels that look up words of two weights, and read `depth` columns, cannot compute a layer. */
export function multipliesByPairs(job: LinearJob, depth: number): true | string {
  const able = readsPairs(job, depth, 'u32');
  if (able !== true) return able;
  // Masks take fewer cycles than loads.
  if (fitsField(job.weights.data as Codes, 4)) return 'its weights fit fields of 4 bits';
  const most = Math.max(...ownTable(job).values.map(Math.abs)) * timesOf(job);
  return most > MOST ? 'its weights times its scale do not fit 16 bits' : saturatesByFours(asShifted(job));
}

/** Words of a stream, rows rounded up to groups of `block`. */
export function pairStreamWords(rows: number, depth: number, block: number): number {
  return Math.ceil(rows / block) * ((depth * block) / 8 + 2 * block);
}

/** Rows as kernels want them: codes [out][used], read as `depth` columns, a multiple of four, in groups of `block` rows. */
interface PairRows {
  readonly codes: Codes;
  readonly used: number;
  readonly depth: number;
  readonly block: number;
  /** In words. */
  readonly order: string;
}

/**
 * Adds the streams of all groups of a layer, one after the other, and the table. What kernels read for each group of rows: bias; of
 * each four columns i the places of columns (i, i + 2), a byte for each row, the first column in its lower half, then of
 * (i + 1, i + 3); multipliers. A shift of the sums to the left is in the table and in the bias.
 */
export function storePairStream(
  job: LinearJob,
  wanted: PairRows,
  lower: LowerBuilder,
): { readonly w: string; readonly table: string; readonly words: number } {
  const { codes, used, depth, block, order } = wanted;
  const { shape, name, format } = job;
  const { bias, multiplier } = asShifted(job);
  const rows = shape.out_c / shape.groups;
  const words = pairStreamWords(rows, depth, block);
  const stream = new Uint32Array(shape.groups * words);
  for (let g = 0; g < shape.groups; g++) {
    const first = g * rows;
    const weight = (row: number, column: number) => (column < used ? codes[(first + row) * used + column] : 0);
    const own = { bias: bias.subarray(first, first + rows), multiplier: multiplier.subarray(first, first + rows) };
    stream.set(pairStream(job, { rows, depth, weight, ...own }, block), g * words);
  }
  const comment = `${format} weights ${order} of ${name}, two to a byte, with bias and multipliers`;
  const parameters = 8 * block * Math.ceil(rows / block) * shape.groups;
  const w = lower.table('weights', 'u32', stream, 'weights', comment, parameters);
  const table = { entry: 'u32' as const, by: timesOf(job), make: 'nn_fill_pairs' };
  return { w, words, table: storePairs(job, ownTable(job), table, lower) };
}

function pairStream(job: LinearJob, { rows, depth, weight, bias, multiplier }: Rows, block: number): Uint32Array {
  const { placeOf } = ownTable(job);
  const by = timesOf(job);
  const bytes = new DataView(new ArrayBuffer(4 * pairStreamWords(rows, depth, block)));
  const place = (row: number, column: number) => placeOf(row < rows ? weight(row, column) : 0);
  let position = 0;
  const word = (value: number) => {
    bytes.setInt32(position, value, true);
    position += 4;
  };
  for (let o = 0; o < rows; o += block) {
    for (let r = 0; r < block; r++) word((bias[o + r] ?? 0) * by);
    for (let i = 0; i < depth; i += 4) {
      for (const column of [i, i + 1]) {
        for (let r = o; r < o + block; r++) bytes.setUint8(position++, place(r, column) | (place(r, column + 2) << 4));
      }
    }
    for (let r = 0; r < block; r++) word(multiplier[o + r] ?? 0);
  }
  return new Uint32Array(bytes.buffer);
}

/** Those of a form 'shifts' as kernels finish them. */
function asShifted(job: LinearJob): LinearJob {
  return job.form === 'shifts' ? finishedByFours(job) : job;
}

/** What weights and bias are multiplied by in place of a shift of the sums. */
function timesOf({ form, leftShift }: LinearJob): number {
  return form === undefined ? 2 ** leftShift : 1;
}

function ownTable(job: LinearJob): PairTable {
  const table = pairTable(job);
  return must(typeof table === 'string' ? undefined : table, 'a table of pairs');
}
