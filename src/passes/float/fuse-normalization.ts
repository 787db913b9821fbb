import { definePass } from '../pass.ts';
import { affineBehind, groupedRows } from './normalization/following.ts';
import { spelledNormalization } from './normalization/spelled.ts';
import { unitLength } from './normalization/unit-length.ts';
import { rewriteGraph } from './rewrite.ts';

/**
 * Purpose: a normalization is one layer, whose squares and roots are never stored.
 * Method: a value that is a sum of products of x, its mean, constants and the inverse root of its variance is
 * LayerNormalization, RMSNormalization, InstanceNormalization or GroupNormalization, whatever the order. Groups of channels
 * that are normalized as rows of a matrix are GroupNormalization; x over its length is LpNormalization.
 * Kept: computed scales and biases, an epsilon of 0, scales that vary along other dimensions than those operators have.
 */
export const fuseNormalization = definePass({
  name: 'fuse-normalization',
  summary: 'Write normalizations that are spelled out in means, squares and roots as the operators that they are.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [spelledNormalization, groupedRows, affineBehind, unitLength]),
});
