import { oneOf } from '../one-of.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { learnedSteps } from './methods/lsq.ts';
import { STARTS } from './methods/start.ts';
import { ternaryWeights } from './methods/twn.ts';
import { trainCodes } from './train-codes.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Training of ternary weight networks (Li and Liu, 2016): threshold and scale of every row follow from its latent weights,
 * anew at each step. Trains the layers whose weights are ternary; others keep their grids, with learned steps.
 *
 * needs   ctx.reference (the float graph) and a data set; with labels it learns from both
 * start   latent weights: 'float': the float model's; 'codes'; 'cells'
 */
export const twn = definePass({
  name: 'twn',
  summary: 'Train ternary weights whose threshold and scale follow from latent ones (TWN).',
  requires: [],
  provides: [],
  defaults: { start: 'float' as string, ranges: false as boolean, ...TRAINING_DEFAULTS },
  check(options, start) {
    checkTraining('twn', options as typeof options & PassOptions, start);
    oneOf('twn', STARTS, options.start);
  },
  run(graph, options, ctx) {
    const start = oneOf('twn', STARTS, options.start);
    return trainCodes(
      graph,
      {
        pass: 'twn',
        ranges: options.ranges,
        startsThere: false,
        methodOf: ({ format }) => (format === 'ternary' ? ternaryWeights(start) : learnedSteps('cells')),
      },
      options,
      ctx,
    );
  },
});
