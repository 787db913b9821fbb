import type { Codes } from '../../formats/index.ts';
import { raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { multipliesByPairs, pairStreamWords, storePairStream } from '../packing/pair-stream.ts';
import { pairScratchBytes, pairTableBytes } from '../packing/pair-table.ts';

/** One row of the input times weights that are looked up in pairs where they lie. */
export const dense4x8Pairs = pairKernel('dense_4x8_pairs', false);

/** The same with an input that is widened to 16 bits once, not for every group. */
export const denseWide4x8Pairs = pairKernel('dense_wide_4x8_pairs', true);

/** Of a group. */
const ROWS = 4;

/** Instructions of a step of eight columns, with x as bytes and as pairs, and of a group beside its steps; of making a table. */
const COSTS = { narrow: 54, wide: 49, group: 31, table: 1600 };

/** Weights of a layer for which four steps of the loop are worth their code: 200 bytes each. */
const MANY_WEIGHTS = 4096;

function pairKernel(id: string, wide: boolean): Kernel<LinearJob> {
  const inputBytes = ({ shape }: LinearJob) => (wide ? 2 * depthOf(shape.in_c) : copyBytes(shape.in_c));
  return {
    id,
    needs: ['dsp'],
    tile: { outputs: 4, pixels: 1, depth: 8 },
    accepts: (job) => (job.shape.out_w === 1 ? multipliesByPairs(job, depthOf(job.shape.in_c)) : 'it has several rows'),
    scratchBytes: (job) => inputBytes(job) + pairScratchBytes(job, 'u32'),
    // The input is read by every group; a copy is made before the first is written.
    overlap: (job) => (inputBytes(job) === 0 ? null : { atLeast: 0 }),
    work: (job) => ({ instructions: instructionsOf(job, wide) }),
    tableBytes: (job) =>
      4 * pairStreamWords(job.shape.out_c, depthOf(job.shape.in_c), ROWS) + pairTableBytes(job, 'u32'),
    build(job, lower) {
      const { shape, weights, x, y, macs, summary } = job;
      const [inputs, depth] = [shape.in_c, depthOf(shape.in_c)];
      const layout = { codes: weights.data as Codes, used: inputs, depth, block: ROWS, order: '[out / 4][in]' };
      const { w, table } = storePairStream(job, layout, lower);
      const steps = weights.data.length < MANY_WEIGHTS ? 2 : 4;
      const form = formSuffix(job.form);
      const instance = `nn_${id}_${steps}${form}`;
      const bytes = inputBytes(job);
      const stepNumbers = wide
        ? { log2_step: 4, step_size: 4 * COSTS.wide, x_type: 'uint32_t' }
        : { log2_step: 3, step_size: 4 * COSTS.narrow, x_type: 'int8_t' };
      const outputs = { 'groups of 4 outputs': Math.floor(shape.out_c / ROWS), 'outputs left': shape.out_c % ROWS };
      const copy = bytes === 0 ? 'NULL' : lower.scratch(bytes, wide ? 'uint32_t' : 'int8_t');
      const numbers = { ...outputs, inputs, depth, 'zero point': raisedZeroPoint(job) };
      return {
        ...kernelCall(instance, null, [numbers, x.name, w, table, copy, y.name]),
        instances: [{ name: instance, template: 'nn_dense_4x8_pairs', params: { wide, steps, form, ...stepNumbers } }],
        macs,
        summary,
        reading: 'inline',
      };
    },
  };
}

function instructionsOf(job: LinearJob, wide: boolean): number {
  const { in_c, out_c } = job.shape;
  const steps = depthOf(in_c) / 8;
  const group = steps * (wide ? COSTS.wide : COSTS.narrow) + 3 * Math.ceil(steps / 4) + COSTS.group;
  const table = pairScratchBytes(job, 'u32') > 0 ? COSTS.table : 0;
  return 60 + table + in_c * (wide ? 2.1 : 0) + Math.ceil(out_c / ROWS) * group;
}

function depthOf(inputs: number): number {
  return 8 * Math.ceil(inputs / 8);
}

/** Where columns are no multiple of eight. */
function copyBytes(inputs: number): number {
  return depthOf(inputs) === inputs ? 0 : depthOf(inputs);
}
