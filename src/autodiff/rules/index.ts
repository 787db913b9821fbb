import type { Node } from '../../ir/types.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { activationRules } from './activations.ts';
import { arithmeticRules } from './arithmetic.ts';
import { attentionRules } from './attention.ts';
import { convRules } from './conv.ts';
import { movementRules } from './movement.ts';
import { normalizationRules } from './normalization.ts';
import { poolRules } from './pool.ts';
import { productRules } from './products.ts';
import { reduceRules } from './reduce.ts';
import { resizeRules } from './resize.ts';
import { softmaxRules } from './softmax.ts';
import { viewRules } from './views.ts';

export const gradientRules: GradientRules = {
  ...arithmeticRules,
  ...activationRules,
  ...softmaxRules,
  ...productRules,
  ...convRules,
  ...poolRules,
  ...normalizationRules,
  ...viewRules,
  ...movementRules,
  ...reduceRules,
  ...attentionRules,
  ...resizeRules,
};

/** Null for an operator without a gradient. */
export function ruleFor(node: Node): GradientRule | null {
  return node.domain === '' && Object.hasOwn(gradientRules, node.op) ? gradientRules[node.op] : null;
}
