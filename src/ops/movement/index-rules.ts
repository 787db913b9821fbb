import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import {
  axis,
  dimension,
  inputs,
  length,
  oneOf,
  places,
  rank,
  rankOf,
  shapeOf,
  values,
  within,
} from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';
import { axisAt, sizeAt } from './axis-at.ts';

export const gatherRules: readonly Rule[] = [
  inputs(2),
  rank(0, 1, Infinity),
  axis('axis', 0),
  places(1, 'indices', sizeAt('axis', 0)),
];

export const gatherElementsRules: readonly Rule[] = [
  inputs(2),
  rank(0, 1, Infinity),
  axis('axis', 0),
  indicesWithin,
  places(1, 'indices', sizeAt('axis', 0)),
];

/** Indices have the data's rank and are nowhere longer than it, but along the axis. */
function indicesWithin(facts: NodeFacts): string | null {
  const [data, indices] = [shapeOf(facts), shapeOf(facts, 1)];
  const along = axisAt('axis', 0)(facts);
  const fit = data.length === indices.length && indices.every((size, d) => d === along || size <= data[d]);
  return fit ? null : `indices are [${indices}], data [${data}]`;
}

export const gatherNdRules: readonly Rule[] = [
  inputs(2),
  rank(0, 1, Infinity),
  rank(1, 1, Infinity),
  (facts) => {
    const most = Math.min(rankOf(0)(facts), rankOf(1)(facts)) - 1;
    return within('batch_dims ', [intAttribute(facts.node, 'batch_dims', 0)], 0, most);
  },
  (facts) => {
    const batch = intAttribute(facts.node, 'batch_dims', 0);
    const [data, indices] = [shapeOf(facts).slice(0, batch), shapeOf(facts, 1).slice(0, batch)];
    return String(data) === String(indices) ? null : `the batches of its inputs are [${data}] and [${indices}]`;
  },
  (facts) => tuples(facts, intAttribute(facts.node, 'batch_dims', 0)),
];

/** The last dimension of the indices holds one index for each of the dimensions behind the batch, from the first on. */
function tuples(facts: NodeFacts, batch: number): string | null {
  const data = shapeOf(facts).slice(batch);
  const width = shapeOf(facts, 1).at(-1) ?? 0;
  if (width < 1 || width > data.length) return `indices name ${width} of ${data.length} dimensions`;
  const list = facts.numbers(1) ?? [];
  const odd = list.findIndex((index, i) => index < -data[i % width] || index >= data[i % width]);
  return odd < 0 ? null : `indices have ${list[odd]} for a dimension of ${data[odd % width]}`;
}

const reduction = oneOf('reduction', 'none', 'add', 'mul', 'max', 'min');

export const scatterElementsRules: readonly Rule[] = [
  inputs(3),
  rank(0, 1, Infinity),
  axis('axis', 0),
  indicesWithin,
  fits({ data: '...', indices: '...S', updates: '...S' }),
  places(1, 'indices', sizeAt('axis', 0)),
  reduction,
];

export const scatterNdRules: readonly Rule[] = [
  inputs(3),
  rank(0, 1, Infinity),
  rank(1, 1, Infinity),
  (facts) => tuples(facts, 0),
  (facts) => {
    const indices = shapeOf(facts, 1);
    const whole = [...indices.slice(0, -1), ...shapeOf(facts).slice(indices.at(-1))];
    return String(whole) === String(shapeOf(facts, 2)) ? null : `updates are [${shapeOf(facts, 2)}], not [${whole}]`;
  },
  reduction,
];

export const tensorScatterRules: readonly Rule[] = [
  inputs(2, 3),
  rank(0, 2, Infinity),
  axis('axis', -2),
  (facts) => (axisAt('axis', -2)(facts) === 0 ? 'its axis is that of the batch' : null),
  oneOf('mode', 'linear', 'circular'),
  (facts) => {
    const [cache, update] = [shapeOf(facts), shapeOf(facts, 1)];
    const along = axisAt('axis', -2)(facts);
    const fit =
      cache.length === update.length && update.every((size, d) => (d === along ? size <= cache[d] : size === cache[d]));
    return fit ? null : `update is [${update}], the cache [${cache}]`;
  },
  length(2, 'write_indices', dimension(0, 0)),
  values(2, 'write_indices', 0, (facts) => {
    const size = sizeAt('axis', -2)(facts);
    const linear = stringAttribute(facts.node, 'mode', 'linear') === 'linear';
    return linear ? size - dimension(1, axisAt('axis', -2)(facts))(facts) : size - 1;
  }),
];
