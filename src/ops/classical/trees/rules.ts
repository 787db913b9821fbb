import { intAttribute } from '../../../ir/attributes.ts';
import { counted } from '../../../support/counted.ts';
import type { NodeFacts, Rule } from '../../op-def.ts';
import { inputs, oneOf, rank } from '../../support/rules.ts';
import { numbersAt, readEnsemble } from './ensemble.ts';

export const treeRules: readonly Rule[] = [
  inputs(1),
  rank(0, 2),
  oneOf('aggregate_function', 'SUM', 'AVERAGE', 'MIN', 'MAX'),
  wholeTrees,
  baseFits,
];

/** Features and targets that there are. */
function wholeTrees({ node, input }: NodeFacts): string | null {
  const ensemble = readEnsemble(node, 'target');
  if (typeof ensemble === 'string') return ensemble;
  const features = input(0)?.shape.at(-1) ?? Infinity;
  const targets = intAttribute(node, 'n_targets', 1);
  const odd = ensemble.splits.find(({ feature }) => feature < 0 || feature >= features);
  if (odd) return `a node compares feature ${odd.feature}; there are ${features}`;
  const lost = ensemble.leaves.flat().find(({ target }) => target < 0 || target >= targets);
  return lost ? `a leaf is of target ${lost.target}; there are ${targets}` : null;
}

function baseFits({ node }: NodeFacts): string | null {
  const count = numbersAt(node, 'base_values').length;
  const targets = intAttribute(node, 'n_targets', 1);
  return count === 0 || count === targets
    ? null
    : `base_values has ${counted(count, 'number')} for ${counted(targets, 'target')}`;
}
