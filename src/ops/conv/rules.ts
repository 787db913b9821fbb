import type { NodeFacts, Rule } from '../op-def.ts';
import { attribute, bounded, dimension, divides, inputs, sameList, shapeOf } from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';
import { windowRules } from '../support/window-rules.ts';

export const group = attribute('group', 1);

const kernelOf = (weights: number) => (facts: NodeFacts) => shapeOf(facts, weights).slice(2);

/** Weights [M, C / group, ...kernel] of which input `weights` they are; M divides into the groups. */
export function filterRules(weights: number): readonly Rule[] {
  return [
    ...windowRules,
    bounded('group', 1, 1),
    divides('group', group, 'output channels', dimension(weights, 0)),
    sameList('kernel_shape', kernelOf(weights)),
    (facts) => (shapeOf(facts, weights).includes(0) ? `its weights are [${shapeOf(facts, weights)}]` : null),
  ];
}

export const convRules: readonly Rule[] = [
  inputs(2, 3),
  fits({ X: 'N C ...', W: 'M C/group ...', B: 'M' }, { group }),
  ...filterRules(1),
  spatialKernel,
];

/** As many kernel dimensions as the input has spatial ones. */
export function spatialKernel(facts: NodeFacts): string | null {
  const [x, w] = [shapeOf(facts, 0), shapeOf(facts, facts.node.op === 'QLinearConv' ? 3 : 1)];
  return x.length === w.length ? null : `its input has ${x.length} dimensions, its weights ${w.length}`;
}

export const convIntegerRules: readonly Rule[] = [
  inputs(2, 4),
  fits({ x: 'N C ...', w: 'M C/group ...', x_zero_point: 'scalar', w_zero_point: 'scalar|M' }, { group }),
  ...filterRules(1),
  spatialKernel,
];

export const qlinearConvRules: readonly Rule[] = [
  inputs(8, 9),
  fits(
    {
      x: 'N C ...',
      x_scale: 'scalar',
      x_zero_point: 'scalar',
      w: 'M C/group ...',
      w_scale: 'scalar|M',
      w_zero_point: 'scalar|M',
      y_scale: 'scalar',
      y_zero_point: 'scalar',
      B: 'M',
    },
    { group },
  ),
  ...filterRules(3),
  spatialKernel,
];
