import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { axesInput, axis, bounded, dimension, inputs, length, places, rank, rankOf, values } from '../support/rules.ts';

export const reduceRules: readonly Rule[] = [inputs(1, 2), rank(1, 1), axesInput(1)];

/** The best of nothing has no place. */
const notEmpty =
  (name: string, otherwise: number): Rule =>
  (facts) => {
    const along = normalizeAxis(intAttribute(facts.node, name, otherwise), rankOf()(facts));
    return dimension(0, along)(facts) === 0 ? `axis ${along} is empty` : null;
  };

export const argExtremeRules: readonly Rule[] = [inputs(1), rank(0, 1, Infinity), axis('axis', 0), notEmpty('axis', 0)];

export const cumulativeRules: readonly Rule[] = [
  inputs(2),
  length(1, 'axis', () => 1),
  (facts) => (rankOf()(facts) === 0 ? null : places(1, 'axis', rankOf())(facts)),
];

/** A row from the axis on may end before it begins: Softmax before opset 13 took the rank as an axis. */
export const rowwiseRules: readonly Rule[] = [
  inputs(1),
  (facts) => {
    const flat = intAttribute(facts.node, 'rows_from_axis', 0) === 1;
    return rankOf()(facts) === 0 ? null : axis('axis', -1, rankOf(), flat ? 1 : 0)(facts);
  },
];

const along = (facts: NodeFacts) => {
  const at = normalizeAxis(intAttribute(facts.node, 'axis', -1), rankOf()(facts));
  return dimension(0, at)(facts);
};
export const topKRules: readonly Rule[] = [
  inputs(2),
  rank(0, 1, Infinity),
  axis('axis', -1),
  length(1, 'k', () => 1),
  values(1, 'k', 0, along),
  bounded('largest', 1, 0, 1),
];
