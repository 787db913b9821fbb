import type { OpDef } from '../op-def.ts';
import { concat } from './concat.ts';
import { depthToSpace, spaceToDepth } from './depth-space.ts';
import { expand, tile } from './expand.ts';
import { gather, gatherElements, gatherNd } from './gather.ts';
import { pad } from './pad.ts';
import { scatter, scatterElements, scatterNd } from './scatter.ts';
import { compress, eyeLike, oneHot, reverseSequence, trilu } from './select-by-position.ts';
import { slice } from './slice.ts';
import { split } from './split.ts';

/** Operators that move elements and compute nothing. */
export const movementOps: readonly OpDef[] = [
  compress,
  concat,
  depthToSpace,
  expand,
  eyeLike,
  gather,
  gatherElements,
  gatherNd,
  oneHot,
  pad,
  reverseSequence,
  scatter,
  scatterElements,
  scatterNd,
  slice,
  spaceToDepth,
  split,
  tile,
  trilu,
];
