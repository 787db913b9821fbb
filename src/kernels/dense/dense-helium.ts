import type { Codes } from '../../formats/index.ts';
import { formSuffix } from '../forms.ts';
import { requantizesByVectors } from '../helium-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import { type LinearJob, withoutShift } from '../linear-job.ts';
import { heliumStream, heliumStreamBytes, LANES, lanesOf } from '../packing/helium-stream.ts';

/** Multipliers of eight rows as nn_dense_rows_helium_s8 reads them. */
const EVEN_FIRST = [0, 2, 4, 6, 1, 3, 5, 7];

/** One row of the input times eight rows of weights, 16 columns at a time. */
export const denseHeliumS8: Kernel<LinearJob> = {
  id: 'dense_helium_s8',
  needs: ['mve'],
  tile: { outputs: 8, pixels: 1, depth: 16 },
  accepts: (job) => (job.shape.out_w === 1 ? requantizesByVectors(withoutShift(job)) : 'it has several rows'),
  scratchBytes: copyBytes,
  // The input is read by every eight outputs; a copy is made before the first is written.
  overlap: (job) => (copyBytes(job) === 0 ? null : { atLeast: 0 }),
  work(job) {
    const blocks = Math.ceil(job.shape.out_c / 8);
    return { layer: 1, copied: copyBytes(job), blocks, vectors: (8 * blocks * lanesOf(job.shape.in_c)) / LANES };
  },
  tableBytes: ({ shape }) => heliumStreamBytes(shape.out_c, shape.in_c, EVEN_FIRST.length),
  build(shifted, lower) {
    const job = withoutShift(shifted);
    const { shape, name, bias, multiplier, zeroPoint, x, y, macs, summary } = job;
    const [rows, depth] = [shape.out_c, shape.in_c];
    const codes = job.weights.data as Codes;
    const weight = (row: number, column: number) => codes[row * depth + column];
    const stream = heliumStream({ rows, depth, weight, bias, multiplier }, EVEN_FIRST);
    const comment = `int8 weights [out / 8][in / 16][8][16] of ${name}, with bias and multipliers`;
    const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * 8 * Math.ceil(rows / 8));
    const copy = copyBytes(job) === 0 ? 'NULL' : lower.scratch(copyBytes(job), 'int8_t');
    const kernel = `nn_dense_helium_s8${formSuffix(job.form)}`;
    const numbers = { inputs: depth, outputs: rows, 'zero point': zeroPoint };
    return { ...kernelCall(kernel, null, [numbers, x.name, w, copy, y.name]), macs, summary };
  },
};

/** Where columns are no multiple of 16. */
function copyBytes({ shape }: LinearJob): number {
  return lanesOf(shape.in_c) === shape.in_c ? 0 : lanesOf(shape.in_c);
}
