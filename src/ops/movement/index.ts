import type { OpDef, QuantizeRule } from '../op-def.ts';
import { centerCropPad } from './center-crop-pad.ts';
import { concat } from './concat.ts';
import { depthToSpace, spaceToDepth } from './depth-space.ts';
import { expand, tile } from './expand.ts';
import { gather, gatherElements, gatherNd } from './gather.ts';
import { pad } from './pad.ts';
import { scatter, scatterElements, scatterNd } from './scatter.ts';
import { compress, eyeLike, oneHot, reverseSequence, trilu } from './select-by-position.ts';
import { slice } from './slice.ts';
import { split } from './split.ts';
import { tensorScatter } from './tensor-scatter.ts';

/** Codes move as any elements do. */
const MOVES: QuantizeRule = { inputs: ['activation'], output: 'as-input', wide: true };
const JOINS: QuantizeRule = { inputs: 'all-activations', output: 'shared', wide: true };
const FILLS: QuantizeRule = {
  inputs: () => ['activation', 'parameter', 'fill', 'parameter'],
  output: 'as-input',
  wide: true,
};

const PICKS: QuantizeRule = { ...MOVES, picks: true };

/** Operators that move elements and compute nothing. */
export const movementOps: readonly OpDef[] = [
  ...[compress, depthToSpace, expand, reverseSequence, slice, spaceToDepth, split, tile].map((op) => ({
    ...op,
    quantize: MOVES,
  })),
  ...[gather, gatherElements, gatherNd].map((op) => ({ ...op, quantize: PICKS })),
  { ...concat, quantize: JOINS },
  { ...pad, quantize: FILLS },
  centerCropPad,
  eyeLike,
  oneHot,
  scatter,
  scatterElements,
  scatterNd,
  tensorScatter,
  trilu,
];
