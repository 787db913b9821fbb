import type { Codes } from '../../formats/index.ts';
import type { LowerBuilder } from '../../ir/lowering.ts';
import { multipliesByFields, raisedZeroPoint } from '../dsp-limits.ts';
import type { Kernel } from '../kernel.ts';
import { kernelCall } from '../kernel-call.ts';
import type { LinearJob } from '../linear-job.ts';
import { type Fields, fieldNumbers, fieldStream, fieldStreamWords } from '../packing/field-stream.ts';

/** Rows of a group, columns of a step, and the bits that a sum of products may need beside those below it. */
interface Block {
  readonly bits: 4 | 2;
  readonly rows: number;
  readonly columns: number;
  readonly room: number;
  /** Instructions of a step, with x as bytes and as pairs. */
  readonly narrow: number;
  readonly wide: number;
}

const INT4: Block = { bits: 4, rows: 4, columns: 8, room: 20, narrow: 36, wide: 31 };
const INT2: Block = { bits: 2, rows: 8, columns: 4, room: 18, narrow: 35, wide: 33 };

/** One row of the input times weights of few bits, which masks isolate where they lie. */
export const dense4x8Int4 = fieldKernel('dense_4x8_int4', INT4, false);
export const dense8x4Int2 = fieldKernel('dense_8x4_int2', INT2, false);

/** The same with an input that is widened to 16 bits once, not for every group. */
export const denseWide4x8Int4 = fieldKernel('dense_wide_4x8_int4', INT4, true);
export const denseWide8x4Int2 = fieldKernel('dense_wide_8x4_int2', INT2, true);

function fieldKernel(id: string, block: Block, wide: boolean): Kernel<LinearJob> {
  const { bits, rows, columns, room } = block;
  const inputBytes = ({ shape }: LinearJob) => (wide ? 2 * depthOf(shape.in_c) : copyBytes(shape.in_c));
  return {
    id,
    needs: ['dsp'],
    tile: { outputs: rows, pixels: 1, depth: columns },
    accepts: (job) => (job.shape.out_w === 1 ? multipliesByFields(job, bits, room) : 'it has several rows'),
    scratchBytes: inputBytes,
    // The input is read by every group; a copy is made before the first is written.
    overlap: (job) => (inputBytes(job) === 0 ? null : { atLeast: 0 }),
    work({ shape }) {
      const [groups, depth] = [Math.ceil(shape.out_c / rows), depthOf(shape.in_c)];
      return { layer: 1, inputs: depth, groups, steps: (groups * depth) / columns };
    },
    tableBytes: (job) => 4 * fieldStreamWords(job.shape.out_c, depthOf(job.shape.in_c), fieldsOf(job, block)),
    build(job, lower) {
      const { shape, x, y, leftShift, macs, summary } = job;
      const [inputs, depth] = [shape.in_c, depthOf(shape.in_c)];
      const steps = job.weights.data.length < MANY_WEIGHTS ? 2 : 8;
      const instance = `nn_${id}_${steps}${leftShift === 0 ? '' : `_x${2 ** leftShift}`}`;
      const stepNumbers = wide
        ? { log2_step: Math.log2(2 * columns), step_size: 4 * block.wide, x_type: 'uint32_t' }
        : { log2_step: Math.log2(columns), step_size: 4 * block.narrow, x_type: 'int8_t' };
      const bytes = inputBytes(job);
      const outputs = {
        [`groups of ${rows} outputs`]: Math.floor(shape.out_c / rows),
        'outputs left': shape.out_c % rows,
      };
      const list = [
        { ...outputs, inputs, depth, 'zero point': raisedZeroPoint(job) },
        x.name,
        table(job, block, lower),
        bytes === 0 ? 'NULL' : lower.scratch(bytes, wide ? 'uint32_t' : 'int8_t'),
        y.name,
      ];
      return {
        ...kernelCall(instance, null, list),
        instances: [
          {
            name: instance,
            template: `nn_dense_${rows}x${columns}_int${bits}`,
            params: { wide, steps, ...stepNumbers, ...fieldNumbers(leftShift) },
          },
        ],
        macs,
        summary,
        reading: 'inline',
      };
    },
  };
}

/** Weights of a layer for which eight steps of the loop are worth their code: 140 bytes each. */
const MANY_WEIGHTS = 4096;

function table(job: LinearJob, block: Block, lower: LowerBuilder): string {
  const { shape, name, format, bias, multiplier } = job;
  const codes = job.weights.data as Codes;
  const [rows, depth] = [shape.out_c, depthOf(shape.in_c)];
  const weight = (row: number, column: number) => (column < shape.in_c ? codes[row * shape.in_c + column] : 0);
  const stream = fieldStream({ rows, depth, weight, bias, multiplier }, fieldsOf(job, block));
  const comment = `${format} weights [out / ${block.rows}][in] of ${name} in fields of ${block.bits} bits, with bias and multipliers`;
  return lower.table('weights', 'u32', stream, 'weights', comment, 8 * block.rows * Math.ceil(rows / block.rows));
}

function fieldsOf({ leftShift }: LinearJob, { bits, rows }: Block): Fields {
  return { bits, rows, left: leftShift };
}

function depthOf(inputs: number): number {
  return 8 * Math.ceil(inputs / 8);
}

/** Where columns are no multiple of eight. */
function copyBytes(inputs: number): number {
  return depthOf(inputs) === inputs ? 0 : depthOf(inputs);
}
