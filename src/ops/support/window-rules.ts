import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { list, oneOf, rank, rankOf, shapeOf } from './rules.ts';

/** Spatial dimensions of input 0. */
export const spatialRank = (facts: NodeFacts) => rankOf()(facts) - 2;

/** strides, dilations and pads: one per spatial dimension (pads: and end). */
export const windowRules: readonly Rule[] = [
  rank(0, 3, Infinity),
  oneOf('auto_pad', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
  list('strides', spatialRank, 1),
  list('dilations', spatialRank, 1),
  list('pads', (facts) => 2 * spatialRank(facts), 0),
];

/** The window is `kernel_shape`; no window lies in the padding alone. */
export const poolRules: readonly Rule[] = [
  ...windowRules,
  ({ node }) => (node.attributes.kernel_shape === undefined ? 'it has no kernel_shape' : null),
  list('kernel_shape', spatialRank, 1),
  padsWithinKernel,
  positions,
];

function padsWithinKernel({ node }: NodeFacts): string | null {
  const kernel = intsAttribute(node, 'kernel_shape', []);
  if (stringAttribute(node, 'auto_pad', 'NOTSET') !== 'NOTSET') return null;
  const odd = intsAttribute(node, 'pads', []).find((pad, i) => pad >= kernel[i % kernel.length]);
  return odd === undefined ? null : `a pad of ${odd} is as large as the window [${kernel}]`;
}

/** There is something under the windows, unless there is no sample at all. */
export function positions(facts: NodeFacts): string | null {
  const shape = shapeOf(facts);
  return shape[0] !== 0 && shape.slice(1).includes(0) ? `its input [${shape}] is empty: only the batch may be 0` : null;
}
