import type { OpDef } from '../op-def.ts';
import { concat } from './concat.ts';
import { expand, tile } from './expand.ts';
import { gather, gatherElements, gatherNd } from './gather.ts';
import { pad } from './pad.ts';
import { slice } from './slice.ts';
import { split } from './split.ts';

/** Operators that move elements and compute nothing. */
export const movementOps: readonly OpDef[] = [
  concat,
  expand,
  gather,
  gatherElements,
  gatherNd,
  pad,
  slice,
  split,
  tile,
];
