import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Lack, NodeFacts, Rule } from '../op-def.ts';
import {
  attribute,
  axes,
  axis,
  bounded,
  dimension,
  divides,
  inputs,
  outputs,
  rank,
  shapeOf,
  spreads,
} from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';

/** The second dimension is the channels; a tensor without one has a single channel. */
const channels = (facts: NodeFacts) => (shapeOf(facts).length > 1 ? dimension(0, 1)(facts) : 1);

export const batchNormRules: readonly Rule[] = [
  inputs(5),
  outputs(5),
  (facts) =>
    intAttribute(facts.node, 'spatial', 1) === 0
      ? null
      : fits({ X: '...', scale: 'C', B: 'C', input_mean: 'C', input_var: 'C' }, { C: channels })(facts),
];

export const instanceNormRules: readonly Rule[] = [
  inputs(3),
  rank(0, 3, Infinity),
  fits({ input: 'N C ...', scale: 'C', B: 'C' }),
];

export const groupNormRules: readonly Rule[] = [
  inputs(3),
  rank(0, 2, Infinity),
  bounded('num_groups', 0, 1),
  divides('num_groups', attribute('num_groups'), 'channels', dimension(0, 1)),
  fits({ X: 'N C ...', scale: 'C|G', bias: 'C|G' }, { G: attribute('num_groups') }),
  fits({ X: '...', scale: 'P', bias: 'P' }),
];

/** The dimensions from the axis on. */
const rows = (facts: NodeFacts) => {
  const shape = shapeOf(facts);
  return shape.slice(normalizeAxis(intAttribute(facts.node, 'axis', -1), shape.length));
};

export const layerNormRules: readonly Rule[] = [
  inputs(2, 3),
  outputs(3),
  axis('axis', -1),
  spreads(1, rows),
  spreads(2, rows),
];
export const rmsNormRules: readonly Rule[] = [inputs(2), axis('axis', -1), spreads(1, rows)];

export const skipLayerNormRules: readonly Rule[] = [
  inputs(3, 5),
  outputs(4),
  rank(0, 2, 3),
  fits({ input: '... D', skip: '... D', gamma: 'D', beta: 'D', bias: 'D' }),
  spreads(1),
];

export const lrnRules: readonly Rule[] = [inputs(1), rank(0, 2, Infinity), bounded('size', 0, 1)];
export const lpNormRules: readonly Rule[] = [inputs(1), axis('axis', -1), bounded('p', 2, 1, 2)];
export const meanVarianceRules: readonly Rule[] = [inputs(1), axes('axes')];

export const lrnLacks: readonly Lack[] = [
  {
    missing(facts) {
      const size = attribute('size')(facts);
      return size > 0 && size % 2 === 0
        ? `its size is ${size}; onnxruntime sums over odd numbers of channels only`
        : null;
    },
    next: 'take an odd size, or write the mean of squares as an AveragePool over the channels',
  },
];
