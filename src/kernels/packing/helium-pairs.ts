import type { LowerBuilder } from '../../ir/lowering.ts';
import type { Work } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { HeliumCodes } from '../helium-variants.ts';
import type { LinearJob } from '../linear-job.ts';
import { type PairTable, pairScratchBytes, pairTable, pairTableBytes, storePairs } from './pair-table.ts';

/** What kernels of Helium take beside the stream where it holds places in a table of pairs; nothing where it holds weights. */
export interface HeliumPairs {
  tableOf(job: LinearJob): PairTable | null;
  scratchBytes(job: LinearJob): number;
  tableBytes(job: LinearJob): number;
  /** The work of the same kernel with fields of 4 bits, of which two take a vector of weights. */
  work(job: LinearJob, fields: Work): Work;
  /** Arguments behind the stream. */
  store(job: LinearJob, lower: LowerBuilder): readonly string[];
}

/** Instructions of a step of two weights looked up at a time, to those of one with fields of 4 bits. */
const STEP = 18.5 / 16.5;
const DENSE_STEP = 25.5 / 21.5;

export function heliumPairs(codes: HeliumCodes, loop: 'gemm' | 'dense' = 'gemm'): HeliumPairs {
  return codes === 'pairs' ? LOOKED_UP[loop] : NONE;
}

const NONE: HeliumPairs = {
  tableOf: () => null,
  scratchBytes: () => 0,
  tableBytes: () => 0,
  work: (_, fields) => fields,
  store: () => [],
};

const lookedUp = (step: number): HeliumPairs => ({
  tableOf: ownTable,
  scratchBytes: (job) => pairScratchBytes(job, 'u16'),
  tableBytes: (job) => pairTableBytes(job, 'u16'),
  work: (job, fields) => ({
    ...fields,
    vectors: fields.vectors * step,
    'tables of pairs': pairScratchBytes(job, 'u16') > 0 ? 1 : 0,
  }),
  store: (job, lower) => [storePairs(job, ownTable(job), { entry: 'u16', by: 1, make: 'nn_fill_pairs_helium' }, lower)],
});

const LOOKED_UP = { gemm: lookedUp(STEP), dense: lookedUp(DENSE_STEP) };

function ownTable(job: LinearJob): PairTable {
  const table = pairTable(job);
  return must(typeof table === 'string' ? undefined : table, 'a table of pairs');
}
