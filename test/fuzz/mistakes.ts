import { describeModel } from './describe-model.ts';
import type { Outcome } from './outcome.ts';

/** All that differ, each as a text with which it can be found again. */
export function mistakes(seed: number, outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(({ verdict }) => verdict === 'differ').map((outcome) => describeOutcome(seed, outcome));
}

export function describeOutcome(seed: number, { model, verdict, reason }: Outcome): string {
  return `--- seed ${seed} index ${model.index}: ${model.chain.join(' > ')}\n${describeModel(model)}\n${verdict} ${reason}\n`;
}
