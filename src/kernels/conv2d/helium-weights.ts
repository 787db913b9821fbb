import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { permuted } from '../../ir/permute.ts';
import type { Json, Reading, Work } from '../../ir/program.ts';
import { multipliesByVectors, unpacksForVectors } from '../helium-limits.ts';
import { HELIUM_READINGS, type HeliumCodes, multipliersOf } from '../helium-variants.ts';
import type { OverlapRule } from '../kernel.ts';
import type { LinearJob } from '../linear-job.ts';
import { heliumPairs } from '../packing/helium-pairs.ts';
import { type HeliumRows, heliumStream, heliumStreamBytes, lanesOf } from '../packing/helium-stream.ts';
import { type PackedStream, packedStreams, storeStream, storesBytes } from '../packing/packed-stream.ts';
import { depthOf } from './gemm-weights.ts';

/** How nn_gemm_helium gets at the weights of a layer, of which the output may lie `distanceOf` bytes below the input. */
export interface HeliumWeights {
  accepts(job: LinearJob): true | string;
  /** Beside that of the kernel. */
  scratchBytes(job: LinearJob): number;
  overlap(job: LinearJob): OverlapRule;
  /** The kernel's own work once for each block of rows, and what weights take. */
  work(job: LinearJob, gathering: Work, multiplying: Work): Work;
  tableBytes(job: LinearJob): number;
  build(job: LinearJob, lower: LowerBuilder): BuiltHelium;
}

export interface BuiltHelium {
  /** That are unpacked first, or null. */
  readonly rows: Json;
  /** The stream, and a table of pairs. */
  readonly w: readonly string[];
  /** Of a group; outputs are those that are computed at a time. */
  readonly words: number;
  readonly outputs: number | string;
  readonly y: string;
  readonly reading: Reading;
}

export function heliumWeights(codes: HeliumCodes, distanceOf: (job: LinearJob) => number): HeliumWeights {
  const pairs = heliumPairs(codes);
  const layout: HeliumRows = { codes, order: [0, 1, 2, 3] };
  const plans = packedStreams((job) => ({
    into: 'stream_helium',
    codes: columnMajor(job),
    depth: depthOf(job.shape),
    words: lanesOf(depthOf(job.shape)),
    distance: distanceOf(job),
  }));
  const planOf = (job: LinearJob): PackedStream | null => (codes === 's8' ? plans.of(job) : null);
  const groupBytes = ({ shape }: LinearJob) => heliumStreamBytes(shape.out_c / shape.groups, depthOf(shape), layout);
  return {
    accepts(job) {
      if (codes !== 's8' || storesBytes(job)) return multipliesByVectors(job, codes);
      const able = unpacksForVectors(job);
      if (able !== true) return able;
      const isApart = job.shape.groups > 1 && plans.refusal(job) === null && planOf(job)?.whole === false;
      return plans.refusal(job) ?? (!isApart || 'its weights are unpacked in blocks, and it has groups');
    },
    scratchBytes: (job) => planOf(job)?.scratchBytes ?? pairs.scratchBytes(job),
    overlap: (job) => (planOf(job)?.whole === false ? null : { atLeast: distanceOf(job) }),
    work(job, gathering, multiplying) {
      const plan = planOf(job);
      const blocks = plan ? Math.ceil(job.shape.out_c / job.shape.groups / plan.block) : 1;
      const again = Object.entries(gathering).map(([part, count]) => [part, count * blocks]);
      return { ...pairs.work(job, { ...Object.fromEntries(again), ...multiplying }), ...plan?.work };
    },
    tableBytes: (job) => planOf(job)?.tableBytes ?? job.shape.groups * groupBytes(job) + pairs.tableBytes(job),
    build(job, lower) {
      const { shape } = job;
      const plan = planOf(job);
      const own = { words: groupBytes(job) / 4, outputs: shape.out_c / shape.groups, y: job.y.name };
      if (plan === null) {
        const w = [storeRows(job, layout, pairs.tableOf(job), lower), ...pairs.store(job, lower)];
        return { ...own, rows: null, w, reading: codes === 's8' ? 'bytes' : 'inline' };
      }
      const { rows, w, y } = storeStream({ ...job, multiplier: multipliersOf(job) }, plan, lower);
      const outputs = shape.groups > 1 ? own.outputs : 'count';
      return { ...own, rows, w: [w], y, outputs, reading: plan.whole ? 'whole' : 'block' };
    },
  };
}

/** The streams of all groups, one after the other. */
function storeRows(
  job: LinearJob,
  layout: HeliumRows,
  table: Parameters<typeof heliumStream>[2],
  lower: LowerBuilder,
): string {
  const { shape, name, bias } = job;
  const multiplier = multipliersOf(job);
  const [rows, depth] = [shape.out_c / shape.groups, depthOf(shape)];
  const ordered = columnMajor(job);
  const words = Array.from({ length: shape.groups }, (_, g) => {
    const first = g * rows;
    const weight = (row: number, column: number) => ordered[(first + row) * depth + column];
    const own = { bias: bias.subarray(first, first + rows), multiplier: multiplier.subarray(first, first + rows) };
    return [...heliumStream({ rows, depth, weight, ...own }, layout, table)];
  });
  const { bits } = HELIUM_READINGS[layout.codes];
  const comment = `weights [out / 4][products / 16][4][16] of ${name} in ${bits} bits, with bias and multipliers`;
  const parameters = 8 * 4 * Math.ceil(rows / 4) * shape.groups;
  return lower.table('weights', 'u32', Uint32Array.from(words.flat()), 'weights', comment, parameters);
}

/** Columns as a strip has them: [out][kernel_w][kernel_h][in]. */
function columnMajor({ shape, weights }: LinearJob): Codes {
  const flat = { ...weights, shape: [shape.out_c, shape.in_c / shape.groups, shape.kernel_h, shape.kernel_w] };
  return permuted(flat, [0, 3, 2, 1]).data as Codes;
}
