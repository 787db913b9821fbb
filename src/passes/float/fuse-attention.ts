import { definePass } from '../pass.ts';
import { spelledAttention } from './attention/spelled.ts';
import { rewriteGraph } from './rewrite.ts';

/**
 * Purpose: an attention is one layer, whose scores and weights are never stored.
 * Method: softmax(scale Q K' + mask) V is Attention. The scale may stand with the queries, the keys or behind their product;
 * the mask may be added (a constant, or computed) or chosen by Where; the triangle of causality is an attribute.
 * Kept: weights that others read too, masks that hide all keys of a query or are scaled, operands that are broadcast.
 */
export const fuseAttention = definePass({
  name: 'fuse-attention',
  summary: 'Write attention that is spelled out in products and a Softmax as the operator that it is.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [spelledAttention]),
});
