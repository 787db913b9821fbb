import type { OpDef } from '../op-def.ts';
import { argMax, argMin } from './arg-extreme.ts';
import { cumProd, cumSum } from './cumulative.ts';
import { reduceOps as reductions } from './reduce.ts';
import { hardmax, logSoftmax, softmax } from './softmax.ts';
import { topK } from './top-k.ts';

/** Operators that compute along axes. */
export const reduceOps: readonly OpDef[] = [
  ...reductions,
  argMax,
  argMin,
  cumProd,
  cumSum,
  hardmax,
  logSoftmax,
  softmax,
  topK,
];
