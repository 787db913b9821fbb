import type { Codes } from '../../formats/index.ts';
import { multipliesByVectors } from '../helium-limits.ts';
import { FIELD_BITS, type FieldBits, heliumVariant, idOf, multipliersOf } from '../helium-variants.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';

/** Multipliers of eight rows as nn_dense_rows_helium reads them. */
const EVEN_FIRST = [0, 2, 4, 6, 1, 3, 5, 7];

/** One row of the input times eight rows of weights, 16 columns at a time. */
export const DENSE_HELIUM: readonly Kernel<LinearJob>[] = FIELD_BITS.map(denseHelium);

function denseHelium(bits: FieldBits): Kernel<LinearJob> {
  const layout = { bits, order: EVEN_FIRST };
  return {
    id: idOf('dense_helium', bits),
    needs: ['mve'],
    tile: { outputs: 8, pixels: 1, depth: 16 },
    accepts: (job) => (job.shape.out_w === 1 ? multipliesByVectors(job, bits) : 'it has several rows'),
    scratchBytes: copyBytes,
    // The input is read by every eight outputs; a copy is made before the first is written.
    overlap: (job) => (copyBytes(job) === 0 ? null : { atLeast: 0 }),
    work(job) {
      const blocks = Math.ceil(job.shape.out_c / 8);
      return { layer: 1, copied: copyBytes(job), blocks, vectors: (8 * blocks * lanesOf(job.shape.in_c)) / LANES };
    },
    tableBytes: ({ shape }) => heliumStreamBytes(shape.out_c, shape.in_c, layout),
    build(job, lower) {
      const { shape, name, bias, zeroPoint, x, y, macs, summary } = job;
      const multiplier = multipliersOf(job);
      const [rows, depth] = [shape.out_c, shape.in_c];
      const codes = job.weights.data as Codes;
      const weight = (row: number, column: number) => codes[row * depth + column];
      const stream = heliumStream({ rows, depth, weight, bias, multiplier }, layout);
      const comment = `weights [out / 8][in / 16][8][16] of ${name} in ${bits} bits, with bias and multipliers`;
      const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * 8 * Math.ceil(rows / 8));
      const copy = copyBytes(job) === 0 ? 'NULL' : lower.scratch(copyBytes(job), 'int8_t');
      const { kernel, instances, shift } = heliumVariant('dense_helium', 'dense_rows_helium', bits, job);
      const numbers = { inputs: depth, outputs: rows, 'zero point': zeroPoint, shift };
      const call = kernelCall(kernel, null, [numbers, x.name, w, copy, y.name]);
      return { ...call, instances, macs, summary, reading: bits === 8 ? 'bytes' : 'inline' };
    },
  };
}

/** Where columns are no multiple of 16. */
function copyBytes({ shape }: LinearJob): number {
  return lanesOf(shape.in_c) === shape.in_c ? 0 : lanesOf(shape.in_c);
}
