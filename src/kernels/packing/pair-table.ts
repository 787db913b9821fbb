import { type Codes, findFormat, nominalBits } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { fitsBytes } from '../dsp-limits.ts';
import type { LinearJob } from '../linear-job.ts';
import { oncePerJob } from '../once-per-job.ts';

/** Weights as places in a list of 16 codes, two to a byte, which kernels look up two at a time. */
export interface PairTable {
  /** Sixteen. */
  readonly values: readonly number[];
  placeOf(code: number): number;
  /** Other layers of the format have the same. */
  readonly shared: boolean;
}

/** An entry of the table of pairs: two codes as bytes, or as the halves of a word. */
export type PairEntry = 'u16' | 'u32';

const CODES = 16;
const PAIRS = CODES ** 2;

/**
 * True, or why a layer cannot be computed from a table: zero must be among its codes where kernels that read `depth` columns fill rows
 * up, and a table of its own in flash be worth it.
 */
export function readsPairs(job: LinearJob, depth: number, entry: PairEntry): true | string {
  const table = pairTable(job);
  if (typeof table === 'string') return table;
  const { length } = job.weights.data;
  if (job.goal === 'size' && isInFlash(job)) return "its table is in flash, which the goal 'size' does not pay for";
  if (!table.shared && isInFlash(job) && length / 2 + bytesOf(entry) > length) {
    return 'its table would take more flash than its weights as bytes';
  }
  const columns = length / job.weights.shape[0];
  return columns === depth || table.values.includes(0) || `zero and its weights are more than ${CODES} different codes`;
}

/** Or why a layer has none. */
export const pairTable = oncePerJob((job: LinearJob): PairTable | string => {
  const { format: name, weights } = job;
  const format = name === null ? null : findFormat(name);
  if (format === null || format.unpack === null || format.unpack.entropy) return 'its weights are not of few bits each';
  const bits = nominalBits(format);
  if (bits === null || bits < 3 || bits > 4) return 'its weights do not have 3 or 4 bits each';
  const codes = weights.data as Codes;
  if (!fitsBytes(codes)) return 'its weights do not fit 8 bits';
  const levels = format.grid?.kind === 'levels' ? format.grid.levels : [];
  const used = new Set<number>(codes);
  if (used.size > CODES) return `its weights have more than ${CODES} different codes`;
  if (used.size < CODES) used.add(0);
  const shared = [...used].every((code) => levels.includes(code));
  const values = shared ? levels : [...used].sort((a, b) => a - b);
  const places = new Map(values.map((value, place) => [value, place]));
  return {
    values: Array.from({ length: CODES }, (_, i) => values[i] ?? 0),
    placeOf: (code) => places.get(code) ?? 0,
    shared,
  };
});

/** Bytes of flash that the tables of a layer take; a shared one counts in full. */
export function pairTableBytes(job: LinearJob, entry: PairEntry): number {
  return isInFlash(job) ? bytesOf(entry) : CODES;
}

/** Of RAM. */
export function pairScratchBytes(job: LinearJob, entry: PairEntry): number {
  return isInFlash(job) ? 0 : bytesOf(entry);
}

/** A table as kernels want it: its entries, what codes are multiplied by, and the function that fills one in RAM. */
interface WantedPairs {
  readonly entry: PairEntry;
  readonly by: number;
  readonly make: string;
}

/** Adds what a table of pairs needs: its name, or the call that fills it. The layer must have one. */
export function storePairs(
  job: LinearJob,
  table: PairTable,
  { entry, by, make }: WantedPairs,
  lower: LowerBuilder,
): string {
  const values = table.values.map((value) => value * by);
  const [wide, comment] = [entry === 'u32', `codes of two weights by the byte that stands for them, of ${job.format}`];
  if (!isInFlash(job)) {
    const data = wide ? Int16Array.from(values) : Int8Array.from(values);
    const codes = lower.table('values', wide ? 'i16' : 'i8', data, 'weights', `codes of the weights of ${job.name}`);
    return `${make}(${codes}, ${lower.scratch(bytesOf(entry), wide ? 'uint32_t' : 'uint16_t')})`;
  }
  const half = wide ? 16 : 8;
  const mask = 2 ** half - 1;
  const pair = (_: unknown, i: number) => (values[i >> 4] & mask) * 2 ** half + (values[i & (CODES - 1)] & mask);
  const data = wide ? Uint32Array.from({ length: PAIRS }, pair) : Uint16Array.from({ length: PAIRS }, pair);
  return lower.table('pairs', entry, data, 'weights', comment);
}

function isInFlash({ pairsInRam }: LinearJob): boolean {
  return !pairsInRam;
}

function bytesOf(entry: PairEntry): number {
  return PAIRS * (entry === 'u16' ? 2 : 4);
}
