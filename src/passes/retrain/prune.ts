import { withParameters } from '../../autodiff/training-step.ts';
import { typeOf } from '../../ir/graph.ts';
import { linearLayers } from '../../ir/linear.ts';
import type { Json } from '../../ir/program.ts';
import type { Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { floatParameters } from './float-parameters.ts';
import { openJob } from './job.ts';
import { badPruning, parsePruning, pruningRules, pruningThreshold } from './pruning-rules.ts';
import { dynamicSurgery, type PrunedWeights } from './surgery.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

/**
 * Prunes the weights of a float graph while it is trained, by dynamic network surgery (Guo, Yao and Chen, NIPS 2016): small
 * weights become zero, and come back when their gradients make them large again. Few-bit weights and INQ leave these zeros.
 *
 * needs   a data set; with labels it learns from both
 * layers  { "match": pattern, "keep": share of the weights that stay }, later entries win; or instead of keep "c", with
 *         which the threshold is mean + c deviation of the magnitudes
 * parts   the share that is cut grows in so many parts of `epochs` each (1 - (1 - part / parts)^3 of it: Zhu and Gupta,
 *         2017); `settle` epochs follow in which no mask changes
 */
export const prunePass = definePass({
  name: 'prune',
  summary: 'Prune weights of the float model while training it (dynamic network surgery).',
  requires: ['float-only'],
  provides: ['float-only'],
  defaults: {
    layers: [{ match: '*', keep: 0.3 }] as Json,
    parts: 4,
    settle: 1,
    ...TRAINING_DEFAULTS,
    epochs: 1,
    rate: 0.01,
  },
  check(options, start) {
    checkTraining('prune', options as typeof options & PassOptions, start);
    parsePruning(options.layers);
    for (const name of ['parts', 'settle'] as const) {
      if (!(Number.isInteger(options[name]) && options[name] >= (name === 'parts' ? 1 : 0))) {
        throw badPruning([`'${name}' must be a whole number, not ${options[name]}`]);
      }
    }
  },
  async run(graph, options, ctx) {
    const nodes = linearLayers(graph)
      .filter(({ weights }) => typeOf(graph, weights).dtype === 'f32')
      .map(({ node }) => node);
    const rules = pruningRules(parsePruning(options.layers), nodes);
    if (rules.size === 0) return graph;
    const surgery = dynamicSurgery(graph, [...rules.keys()]);
    const student = { ...surgery, parameters: floatParameters(graph), layers: nodes };
    const job = await openJob('prune', student, graph, options, ctx);
    try {
      let values = job.initial;
      const parts = options.parts + 1;
      for (let part = 0; part < parts; part++) {
        const settles = part === options.parts;
        const cut = 1 - (1 - (part + 1) / options.parts) ** 3;
        values = withThresholds(values, surgery.pruned, (own, weights) =>
          settles ? 0 : pruningThreshold(weights, must(rules.get(own.node), 'rule'), cut),
        );
        const epochs = settles ? options.settle : options.epochs;
        if (epochs > 0) values = await job.train(`part-${part + 1}`, values, { epochs, part, parts, best: settles });
      }
      return withParameters(graph, new Map([...values, ...maskedWeights(values, surgery.pruned)]));
    } finally {
      await job.close();
    }
  },
});

function withThresholds(
  values: ReadonlyMap<ValueName, Tensor>,
  pruned: readonly PrunedWeights[],
  of: (own: PrunedWeights, weights: Float32Array) => number,
): Map<ValueName, Tensor> {
  const next = new Map(values);
  for (const own of pruned) {
    const data = must(values.get(own.weights), own.weights).data as Float32Array;
    next.set(own.threshold, { dtype: 'f32', shape: [], data: Float32Array.of(of(own, data)) });
  }
  return next;
}

function maskedWeights(
  values: ReadonlyMap<ValueName, Tensor>,
  pruned: readonly PrunedWeights[],
): Map<ValueName, Tensor> {
  return new Map(
    pruned.map(({ weights, mask }) => {
      const tensor = must(values.get(weights), weights);
      const ones = must(values.get(mask), mask).data as Float32Array;
      const data = (tensor.data as Float32Array).map((w, i) => (ones[i] > 0 ? w : 0));
      return [weights, { ...tensor, data }];
    }),
  );
}
