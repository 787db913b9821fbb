import { stringAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import {
  attribute,
  axes,
  axesInput,
  axis,
  bounded,
  dimension,
  divides,
  inputs,
  length,
  oneOf,
  rank,
  rankOf,
  shapeOf,
  spreadsOver,
  values,
  when,
} from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';

import { axisAt, sizeAt } from './axis-at.ts';

const block = attribute('blocksize', 0);
const scalar = (input: number, name: string): Rule => length(input, name, () => 1);

export const centerCropPadRules: readonly Rule[] = [
  inputs(2),
  axes('axes'),
  values(1, 'shape', 0),
  length(1, 'shape', (facts) =>
    Array.isArray(facts.node.attributes.axes) ? facts.node.attributes.axes.length : rankOf()(facts),
  ),
];

export const concatRules: readonly Rule[] = [
  inputs(1, Infinity),
  ({ node }) => (node.inputs.includes(null) ? 'an input is missing' : null),
  axis('axis', 0),
  (facts) => {
    const along = axisAt('axis', 0)(facts);
    const first = shapeOf(facts);
    const same = (shape: readonly number[]) =>
      shape.length === first.length && shape.every((size, d) => d === along || size === first[d]);
    const odd = facts.node.inputs.findIndex((_, i) => !same(shapeOf(facts, i)));
    return odd < 0 ? null : `input ${odd} is [${shapeOf(facts, odd)}], which cannot stand beside [${first}]`;
  },
];

const blocks: readonly Rule[] = [inputs(1), rank(0, 4), bounded('blocksize', 0, 1)];
export const depthToSpaceRules: readonly Rule[] = [
  ...blocks,
  oneOf('mode', 'DCR', 'CRD'),
  divides('the square of blocksize', (facts) => block(facts) ** 2, 'channels', dimension(0, 1)),
];
export const spaceToDepthRules: readonly Rule[] = [
  ...blocks,
  divides('blocksize', block, 'rows', dimension(0, 2)),
  divides('blocksize', block, 'columns', dimension(0, 3)),
];

export const expandRules: readonly Rule[] = [
  inputs(2),
  (facts) => {
    const [from, to] = [shapeOf(facts), facts.output(0)?.shape ?? []];
    return spreadsOver(from, to) ? null : `[${from}] does not spread over [${to}]`;
  },
];

export const tileRules: readonly Rule[] = [inputs(2), length(1, 'repeats', rankOf()), values(1, 'repeats', 0)];

export const triluRules: readonly Rule[] = [
  inputs(1, 2),
  rank(0, 2, Infinity),
  scalar(1, 'k'),
  bounded('upper', 1, 0, 1),
];
export const eyeLikeRules: readonly Rule[] = [inputs(1), rank(0, 2)];
export const oneHotRules: readonly Rule[] = [
  inputs(3),
  scalar(1, 'depth'),
  values(1, 'depth', 1),
  length(2, 'values', () => 2),
  axis('axis', -1, (facts) => rankOf()(facts) + 1),
];

const time = axisAt('time_axis', 0);
export const reverseSequenceRules: readonly Rule[] = [
  inputs(2),
  rank(0, 2, Infinity),
  bounded('time_axis', 0, 0, 1),
  bounded('batch_axis', 1, 0, 1),
  (facts) => (time(facts) === axisAt('batch_axis', 1)(facts) ? 'batch and time are one axis' : null),
  fits({ input: '...', sequence_lens: 'B' }, { B: sizeAt('batch_axis', 1) }),
  values(1, 'sequence_lens', 0, sizeAt('time_axis', 0)),
];

export const compressRules: readonly Rule[] = [
  inputs(2),
  rank(1, 1),
  when(({ node }) => node.attributes.axis !== undefined, axis('axis', 0)),
];

const given = (input: number) => dimension(input, 0);
export const sliceRules: readonly Rule[] = [
  inputs(3, 5),
  length(2, 'ends', given(1)),
  length(3, 'axes', given(1)),
  length(4, 'steps', given(1)),
  axesInput(3),
  (facts) => (given(1)(facts) <= rankOf()(facts) ? null : `it cuts ${given(1)(facts)} axes of ${rankOf()(facts)}`),
  (facts) => (facts.numbers(4)?.includes(0) ? 'steps has a 0' : null),
];

export const splitRules: readonly Rule[] = [
  inputs(1, 2),
  rank(0, 1, Infinity),
  axis('axis', 0),
  (facts) => {
    const sizes = facts.numbers(1);
    if (!sizes) return null;
    const size = sizeAt('axis', 0)(facts);
    const sum = sizes.reduce((a, b) => a + b, 0);
    if (sizes.some((own) => own < 0) || sum !== size) return `its parts [${sizes}] are not the ${size} of the axis`;
    return sizes.length === facts.node.outputs.length
      ? null
      : `it has ${sizes.length} parts and ${facts.node.outputs.length} outputs`;
  },
];

const padded = (facts: NodeFacts) => (facts.node.inputs[3] == null ? rankOf()(facts) : elementCount(shapeOf(facts, 3)));
export const padRules: readonly Rule[] = [
  inputs(2, 4),
  oneOf('mode', 'constant', 'reflect', 'edge', 'wrap'),
  axesInput(3),
  length(1, 'pads', (facts) => 2 * padded(facts)),
  when((facts) => facts.input(2)?.shape[0] !== 0, scalar(2, 'constant_value')),
  padsFit,
];

/** Cuts leave something to cut; reflect mirrors what is there, without the edge; edge and wrap need an element. */
function padsFit(facts: NodeFacts): string | null {
  const pads = facts.numbers(1);
  const shape = shapeOf(facts);
  const mode = stringAttribute(facts.node, 'mode', 'constant');
  const list = facts.numbers(3)?.map((own) => normalizeAxis(own, shape.length)) ?? shape.map((_, d) => d);
  if (!pads) return null;
  for (const [i, d] of list.entries()) {
    const [begin, end] = [pads[i], pads[i + list.length]];
    const size = shape[d];
    if (begin + end + size < 0 || begin < -size || end < -size)
      return `pads cut ${begin} and ${end} from an axis of ${size}`;
    const left = size + Math.min(begin, 0) + Math.min(end, 0);
    const most = mode === 'constant' ? Infinity : mode === 'reflect' ? left - 1 : left === 0 ? 0 : Infinity;
    if (Math.max(begin, end) > Math.max(most, 0))
      return `${mode} pads of ${begin} and ${end} need more than the ${left} elements of axis ${d}`;
  }
  return null;
}
