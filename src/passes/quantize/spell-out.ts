import type { Graph } from '../../ir/types.ts';
import { maskedAttention, maskOfTruths } from '../float/attention/spelled.ts';
import { type Rule, rewriteGraph } from '../float/rewrite.ts';
import { definePass } from '../pass.ts';
import { batchNormToConv, functionOfSum, quotientToProduct } from './spell-out/arithmetic.ts';
import { attentionCache } from './spell-out/attention-cache.ts';
import { attentionToProducts } from './spell-out/attention-products.ts';
import { convTransposeToConv } from './spell-out/conv-transpose.ts';
import { lpToRms, meanVarianceToLayer, skipToSum } from './spell-out/normalization.ts';

const RULES: readonly Rule[] = [
  maskedAttention,
  maskOfTruths,
  convTransposeToConv,
  quotientToProduct,
  batchNormToConv,
  functionOfSum,
  attentionCache,
  skipToSum,
  lpToRms,
  meanVarianceToLayer,
];

/**
 * Operators whose integer form is that of others: ConvTranspose is a convolution whose channels are moved into space,
 * BatchNormalization a depthwise one, a quotient by constants a product, the cache of Attention a Concat.
 *
 * leaves  the float function, but for the rounding of constants and sums; nodes in `exclude` as they are
 * products  Attention whose mask adds numbers as well, as products and a Softmax: what activations of 16 bits need
 */
export const spellOut = definePass({
  name: 'spell-out',
  summary: 'Write operators as those that have integer forms: ConvTranspose as Conv and moves, and the like.',
  requires: ['float-only', 'explicit-pads'],
  provides: [],
  defaults: { exclude: [] as readonly string[], products: false as boolean },
  run(graph, { exclude, products }) {
    const apply = (given: Graph, rules: readonly Rule[]) =>
      rewriteGraph(
        given,
        rules.map(
          (rule): Rule =>
            (now, node) =>
              exclude.includes(node.name) ? null : rule(now, node),
        ),
      );
    // Behind the others, which would make one operator of them again.
    return products ? apply(apply(graph, RULES), [attentionToProducts]) : apply(graph, RULES);
  },
});
