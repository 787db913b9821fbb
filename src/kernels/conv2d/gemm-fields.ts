import type { Codes } from '../../formats/index.ts';
import { multipliesByFields, raisedZeroPoint } from '../dsp-limits.ts';
import type { LinearJob } from '../linear-job.ts';
import { type Fields, fieldNumbers, fieldStream, fieldStreamWords } from '../packing/field-stream.ts';
import { gemmWork } from '../work.ts';
import { pairOverlap } from './chunk-overlap.ts';
import { type Columns, depthOf, type GemmWeights } from './gemm-weights.ts';
import { kernelMajor } from './layout.ts';

/** Rows of a group. */
const ROWS = 4;

/** Bits that a sum of products may need beside those below it. */
const ROOM = { 4: 20, 2: 26 } as const;

/** The stream of nn_gemm_4x2_int4 or nn_gemm_4x2_int2 for a convolution: weights are read where they lie. */
export function gemmFields(bits: 4 | 2, { wordsOf, overlapShape }: Columns): GemmWeights {
  const fieldsOf = ({ leftShift }: LinearJob): Fields => ({ bits, rows: ROWS, left: leftShift });
  const streamOf = (job: LinearJob) =>
    fieldStreamWords(job.shape.out_c / job.shape.groups, wordsOf(job), fieldsOf(job));
  return {
    blockOf: () => null,
    accepts: (job) => multipliesByFields(job, bits, ROOM[bits]),
    scratchBytes: () => 0,
    overlap: ({ shape }) => ({ atLeast: pairOverlap(overlapShape(shape), shape.groups === 1) }),
    work: (job, gathered) => gemmWork(job, wordsOf(job), gathered),
    tableBytes: (job) => 4 * job.shape.groups * streamOf(job),
    build(job, lower) {
      const { shape, x, y, name, inputZeroPoint, leftShift, macs, summary } = job;
      const stream = groupStreams(job, wordsOf(job), fieldsOf(job));
      const comment = `${job.format} weights [out / 4][kernel][in] of ${name} in fields of ${bits} bits, with bias and multipliers`;
      const w = lower.table('weights', 'u32', stream, 'weights', comment, 8 * ROWS * Math.ceil(shape.out_c / ROWS));
      const names = { weights: `int${bits}`, form: leftShift === 0 ? '' : `_x${2 ** leftShift}` };
      const gemm = `nn_gemm_4x2_int${bits}`;
      return {
        rows: null,
        operands: {
          x: x.name,
          inputZeroPoint: { 'input zero point': inputZeroPoint },
          zeroPoint: { 'zero point': raisedZeroPoint(job) },
          w,
          end: `${w} + ${stream.length}`,
          stream: `${streamOf(job)}`,
          sum: [],
          y: y.name,
        },
        names,
        instances: [{ name: gemm + names.form, template: gemm, params: fieldNumbers(leftShift) }],
        described: { macs, summary, reading: 'inline' },
      };
    },
  };
}

/** The streams of all groups, one after the other. */
function groupStreams({ shape, weights, bias, multiplier }: LinearJob, depth: number, fields: Fields): Uint32Array {
  const codes = kernelMajor(weights).data as Codes;
  const used = depthOf(shape);
  const rows = shape.out_c / shape.groups;
  const length = fieldStreamWords(rows, depth, fields);
  const stream = new Uint32Array(shape.groups * length);
  for (let g = 0; g < shape.groups; g++) {
    const first = g * rows;
    const group = {
      rows,
      depth,
      weight: (row: number, column: number) => (column < used ? codes[(first + row) * used + column] : 0),
      bias: bias.subarray(first, first + rows),
      multiplier: multiplier.subarray(first, first + rows),
    };
    stream.set(fieldStream(group, fields), g * length);
  }
  return stream;
}
