import { UserError } from '../../support/errors.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { learnedSteps } from './methods/lsq.ts';
import { trainedTernary } from './methods/ttq.ts';
import { trainCodes } from './train-codes.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Trained ternary quantization (Zhu et al., ICLR 2017): latent weights choose between -n, 0 and p, and both scales of every
 * layer are trained. Trains the layers whose weights are ternary, from the codes they have; others keep their grids, with
 * learned steps.
 *
 * needs      ctx.reference (the float graph) and a data set; with labels it learns from both
 * threshold  in parts of the layer's largest latent weight
 * sparsity   instead, the share of weights that are zero; 0: by the threshold
 * ranges     trains the scales of activations too
 */
export const ttq = definePass({
  name: 'ttq',
  summary: 'Train ternary weights with two learned scales per layer (TTQ).',
  requires: [],
  provides: [],
  defaults: { threshold: 0.15, sparsity: 0, ranges: false as boolean, ...TRAINING_DEFAULTS },
  check(options, start) {
    checkTraining('ttq', options as typeof options & PassOptions, start);
    for (const name of ['threshold', 'sparsity'] as const) {
      if (options[name] >= 0 && options[name] < 1) continue;
      throw new UserError({
        code: 'BAD_ARGUMENT',
        message: `ttq: '${name}' must be between 0 and 1, not ${options[name]}`,
        hint: 'leave it out to take the default',
      });
    }
  },
  run(graph, options, ctx) {
    const method = trainedTernary({ threshold: options.threshold, sparsity: options.sparsity || null });
    return trainCodes(
      graph,
      {
        pass: 'ttq',
        ranges: options.ranges,
        startsThere: true,
        methodOf: ({ format }) => (format === 'ternary' || format === 'ttq' ? method : learnedSteps('cells')),
      },
      options,
      ctx,
    );
  },
});
