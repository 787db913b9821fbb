import { oneOf } from '../one-of.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { learnedSteps } from './methods/lsq.ts';
import { STARTS } from './methods/start.ts';
import { trainCodes } from './train-codes.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Quantization-aware training with learned step sizes (Esser et al., LSQ, 2020) of weights, whatever grid they have, and of
 * activations.
 *
 * needs   ctx.reference (the float graph) and a data set; with labels it learns from both
 * start   latent weights: 'cells': the float model's, within the cells of the codes that the layers have; 'float': the
 *         float model's; 'codes'
 * ranges  whether steps of activations are trained too
 */
export const lsq = definePass({
  name: 'lsq',
  summary: 'Quantization-aware training with learned step sizes of weights and activations (LSQ).',
  requires: [],
  provides: [],
  defaults: { start: 'cells' as string, ranges: true as boolean, ...TRAINING_DEFAULTS },
  check(options, start) {
    checkTraining('lsq', options as typeof options & PassOptions, start);
    oneOf('lsq', STARTS, options.start);
  },
  run(graph, options, ctx) {
    const start = oneOf('lsq', STARTS, options.start);
    const how = { pass: 'lsq', ranges: options.ranges, startsThere: start !== 'float' };
    return trainCodes(graph, { ...how, methodOf: () => learnedSteps(start) }, options, ctx);
  },
});
