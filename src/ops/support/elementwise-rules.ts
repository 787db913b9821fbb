import type { NodeFacts, Rule } from '../op-def.ts';
import { inputs, shapeOf, spreadsOver } from './rules.ts';

/** Every input spreads over the result. */
function broadcasts(facts: NodeFacts): string | null {
  const whole = facts.output(0)?.shape ?? [];
  const odd = facts.node.inputs.findIndex((value, i) => value !== null && !spreadsOver(shapeOf(facts, i), whole));
  return odd < 0 ? null : `input ${odd} is [${shapeOf(facts, odd)}], which does not spread over [${whole}]`;
}

/** Between `least` and `most` inputs, broadcast. */
export const elementwise = (least: number, most = least): readonly Rule[] => [inputs(least, most), broadcasts];
