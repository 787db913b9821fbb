import type { Tensor } from '../../ir/types.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { sharedMask, sharedValues } from './methods/shared-values.ts';
import { quantizedWeights } from './quantized-weights.ts';
import { trainCodes } from './train-codes.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Fine-tuning of shared values (Han et al., Deep Compression, 2016; Choi, El-Khamy and Lee, 2017, section 3.5): which
 * weights are equal stays, what they stand for is trained, with the scales of rows and biases.
 *
 * needs   ctx.reference (the float graph) and a data set; with labels it learns from both
 * joint   one table for all layers, as after joint-codebook or entropy-constrained; false: one for each
 */
export const sharedValuesPass = definePass({
  name: 'shared-values',
  summary: 'Fine-tune what the codes of a codebook stand for; which weight has which code stays.',
  requires: [],
  provides: [],
  defaults: { joint: true as boolean, ranges: false as boolean, ...TRAINING_DEFAULTS },
  check(options, start) {
    checkTraining('shared-values', options as typeof options & PassOptions, start);
  },
  run(graph, options, ctx) {
    const all = graph.nodes.flatMap((node) => quantizedWeights(graph, node, null) ?? []);
    const method = sharedValues(options.joint ? all : []);
    const how = { pass: 'shared-values', ranges: options.ranges, startsThere: true };
    return trainCodes(
      graph,
      {
        ...how,
        methodOf: () => method,
        masks: ({ graph: simulation, parameters }) =>
          new Map(
            parameters.flatMap(({ name, masked }): [string, Tensor][] => {
              const table = simulation.constants.get(name);
              return masked && table ? [[name, { ...table, data: sharedMask(table.data as Float32Array) }]] : [];
            }),
          ),
      },
      options,
      ctx,
    );
  },
});
