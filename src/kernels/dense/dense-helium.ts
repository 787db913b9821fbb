import type { Codes } from '../../formats/index.ts';
import { multipliesByVectors } from '../helium-limits.ts';
import {
  HELIUM_READINGS,
  type HeliumCodes,
  heliumVariant,
  ISOLATED,
  multipliersOf,
  pricedAs,
} from '../helium-variants.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { heliumPairs } from '../packing/helium-pairs.ts';
import { heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';
import { inRamOrFlash } from '../pairs-in-ram.ts';

/** Multipliers of eight rows as nn_dense_rows_helium reads them. */
const EVEN_FIRST = [0, 2, 4, 6, 1, 3, 5, 7];

/** One row of the input times eight rows of weights, 16 columns at a time. */
export const DENSE_HELIUM: readonly Kernel<LinearJob>[] = ISOLATED.map(denseHelium);
export const DENSE_HELIUM_PAIRS: readonly Kernel<LinearJob>[] = inRamOrFlash([denseHelium('pairs')]);

function denseHelium(codes: HeliumCodes): Kernel<LinearJob> {
  const layout = { codes, order: EVEN_FIRST };
  const pairs = heliumPairs(codes, 'dense');
  return {
    id: `dense_helium_${codes}`,
    ...pricedAs('dense_helium', codes),
    needs: ['mve'],
    tile: { outputs: 8, pixels: 1, depth: 16 },
    accepts: (job) => (job.shape.out_w === 1 ? multipliesByVectors(job, codes) : 'it has several rows'),
    scratchBytes: (job) => copyBytes(job) + pairs.scratchBytes(job),
    // The input is read by every eight outputs; a copy is made before the first is written.
    overlap: (job) => (copyBytes(job) === 0 ? null : { atLeast: 0 }),
    work(job) {
      const blocks = Math.ceil(job.shape.out_c / 8);
      const vectors = (8 * blocks * lanesOf(job.shape.in_c)) / LANES;
      return pairs.work(job, { layer: 1, copied: copyBytes(job), blocks, vectors });
    },
    tableBytes: (job) => heliumStreamBytes(job.shape.out_c, job.shape.in_c, layout) + pairs.tableBytes(job),
    build(job, lower) {
      const { shape, name, bias, zeroPoint, x, y, macs, summary } = job;
      const multiplier = multipliersOf(job);
      const [rows, depth] = [shape.out_c, shape.in_c];
      const own = job.weights.data as Codes;
      const weight = (row: number, column: number) => own[row * depth + column];
      const stream = heliumStream({ rows, depth, weight, bias, multiplier }, layout, pairs.tableOf(job));
      const { bits } = HELIUM_READINGS[codes];
      const comment = `weights [out / 8][in / 16][8][16] of ${name} in ${bits} bits, with bias and multipliers`;
      const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * 8 * Math.ceil(rows / 8));
      const copy = copyBytes(job) === 0 ? 'NULL' : lower.scratch(copyBytes(job), 'int8_t');
      const { kernel, instances, shift } = heliumVariant('dense_helium', 'dense_rows_helium', codes, job);
      const numbers = { inputs: depth, outputs: rows, 'zero point': zeroPoint, shift };
      const call = kernelCall(kernel, null, [numbers, x.name, w, ...pairs.store(job, lower), copy, y.name]);
      return { ...call, instances, macs, summary, reading: codes === 's8' ? 'bytes' : 'inline' };
    },
  };
}

/** Where columns are no multiple of 16. */
function copyBytes({ shape }: LinearJob): number {
  return lanesOf(shape.in_c) === shape.in_c ? 0 : lanesOf(shape.in_c);
}
