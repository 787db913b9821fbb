import { withParameters } from '../../autodiff/training-step.ts';
import { constantOf } from '../../ir/graph.ts';
import type { Json } from '../../ir/program.ts';
import type { Node, Tensor, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { must, UserError } from '../../support/errors.ts';
import { parseEntries } from '../entries.ts';
import { matchesLayer } from '../layer-pattern.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { floatParameters } from './float-parameters.ts';
import { openJob } from './job.ts';
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
        throw bad([`'${name}' must be a whole number, not ${options[name]}`]);
      }
    }
  },
  async run(graph, options, ctx) {
    const nodes = graph.nodes.filter(({ domain, op, inputs }) => {
      return findOp(domain, op)?.quantize?.weightAxis && constantOf(graph, inputs[1])?.dtype === 'f32';
    });
    const rules = rulesOf(parsePruning(options.layers), nodes);
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
          settles ? 0 : thresholdOf(weights, must(rules.get(own.node), 'rule'), cut),
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

/** How many weights of a layer are cut. */
type Rule = { readonly keep: number } | { readonly c: number };

function parsePruning(json: Json): { readonly match: string; readonly rule: Rule }[] {
  const problems: string[] = [];
  const entries = parseEntries(
    json,
    'layers',
    ({ match = '*', keep, c, ...rest }, report) => {
      const [stranger] = Object.keys(rest);
      if (stranger !== undefined) report(`there is no key '${stranger}'`);
      if (typeof match !== 'string') report('"match" must be a text');
      if (typeof keep === 'number' && keep > 0 && keep <= 1 && c === undefined) return { match, rule: { keep } };
      if (typeof c === 'number' && keep === undefined) return { match, rule: { c } };
      report('give either "keep", more than 0 and at most 1, or "c"');
      return null;
    },
    problems,
  );
  if (problems.length > 0) throw bad(problems);
  return entries.map(({ entry }) => ({ match: String(entry.match), rule: entry.rule }));
}

function rulesOf(entries: ReturnType<typeof parsePruning>, nodes: readonly Node[]): Map<Node, Rule> {
  const rules = new Map<Node, Rule>();
  for (const { match, rule } of entries) {
    const matched = nodes.filter(({ name, outputs }, i) => matchesLayer(match, [name, ...outputs], i, nodes.length));
    if (matched.length === 0 && match !== '*') throw bad([`no layer with weights matches '${match}'`]);
    for (const node of matched) rules.set(node, rule);
  }
  return rules;
}

/** The magnitude below which this share of what a rule cuts lies. */
function thresholdOf(weights: Float32Array, rule: Rule, cut: number): number {
  const magnitudes = weights.map(Math.abs).sort();
  if ('keep' in rule) {
    const place = Math.floor((1 - rule.keep) * cut * magnitudes.length);
    return magnitudes[Math.min(place, magnitudes.length - 1)];
  }
  const mean = magnitudes.reduce((sum, x) => sum + x, 0) / magnitudes.length;
  const deviation = Math.sqrt(magnitudes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / magnitudes.length);
  return Math.max(mean + rule.c * deviation, 0) * cut;
}

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

function bad(problems: readonly string[]): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: 'prune cannot follow its options',
    because: problems,
    hint: 'as in { "layers": [{ "match": "*", "keep": 0.3 }] }',
  });
}
