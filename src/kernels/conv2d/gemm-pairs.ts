import type { Codes } from '../../formats/index.ts';
import { raisedZeroPoint } from '../dsp-limits.ts';
import { formSuffix } from '../forms.ts';
import type { LinearJob } from '../linear-job.ts';
import { multipliesByPairs, pairStreamWords, storePairStream } from '../packing/pair-stream.ts';
import { pairScratchBytes, pairTableBytes } from '../packing/pair-table.ts';
import { gemmWork } from '../work.ts';
import { pairOverlap } from './chunk-overlap.ts';
import { type Columns, depthOf, type GemmWeights } from './gemm-weights.ts';
import { kernelMajor } from './layout.ts';

/** Of a group. */
const ROWS = 4;

/** The stream of nn_gemm_4x2_pairs for a convolution: weights are looked up in pairs where they lie. */
export function gemmPairs({ wordsOf, overlapShape }: Columns): GemmWeights {
  const rowsOf = ({ shape }: LinearJob) => shape.out_c / shape.groups;
  return {
    blockOf: () => null,
    accepts: (job) => multipliesByPairs(job, wordsOf(job)),
    scratchBytes: (job) => pairScratchBytes(job, 'u32'),
    overlap: ({ shape }) => ({ atLeast: pairOverlap(overlapShape(shape), shape.groups === 1) }),
    work: (job, gathered) => ({
      ...gemmWork(job, wordsOf(job), gathered),
      ...(pairScratchBytes(job, 'u32') > 0 && { 'tables of pairs': 1 }),
    }),
    tableBytes: (job) =>
      4 * job.shape.groups * pairStreamWords(rowsOf(job), wordsOf(job), ROWS) + pairTableBytes(job, 'u32'),
    build(job, lower) {
      const { shape, x, y, inputZeroPoint, weights, macs, summary } = job;
      const layout = {
        codes: kernelMajor(weights).data as Codes,
        used: depthOf(shape),
        depth: wordsOf(job),
        block: ROWS,
        order: '[out / 4][kernel][in]',
      };
      const { w, table, words } = storePairStream(job, layout, lower);
      return {
        rows: null,
        operands: {
          x: x.name,
          inputZeroPoint: { 'input zero point': inputZeroPoint },
          zeroPoint: { 'zero point': raisedZeroPoint(job) },
          w,
          end: `${w} + ${words * shape.groups}, ${table}`,
          stream: `${words}, ${table}`,
          sum: [],
          y: y.name,
        },
        names: { weights: 'pairs', form: formSuffix(job.form) },
        instances: [],
        described: { macs, summary, reading: 'inline' },
      };
    },
  };
}
