import { intsAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { axesInput, axis, inputs, rank, rankOf, sameCount, shapeOf, within } from './rules.ts';

export const reshapeRules: readonly Rule[] = [inputs(2), rank(1, 1), sameCount];
export const flattenRules: readonly Rule[] = [inputs(1), axis('axis', 1, rankOf(), 1), sameCount];
export const identityRules: readonly Rule[] = [inputs(1), sameCount];
export const dropoutRules: readonly Rule[] = [inputs(1, 3), sameCount];

export const squeezeRules: readonly Rule[] = [
  inputs(1, 2),
  axesInput(1),
  (facts) => {
    const long = facts.numbers(1)?.find((own) => shapeOf(facts).at(own) !== 1);
    return long === undefined ? null : `axis ${long} of [${shapeOf(facts)}] is not 1`;
  },
  sameCount,
];

export const unsqueezeRules: readonly Rule[] = [
  inputs(2),
  axesInput(1, (facts) => rankOf()(facts) + (facts.numbers(1)?.length ?? 0)),
  sameCount,
];

export const transposeRules: readonly Rule[] = [inputs(1), permutation];

function permutation(facts: NodeFacts): string | null {
  const rank = rankOf()(facts);
  const perm = intsAttribute(
    facts.node,
    'perm',
    Array.from({ length: rank }, (_, d) => d),
  );
  const whole = perm.length === rank && new Set(perm).size === rank;
  return whole ? within('perm', perm, 0, rank - 1) : `perm [${perm}] is no order of ${rank} dimensions`;
}
