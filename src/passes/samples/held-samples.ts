import { UserError } from '../../support/errors.ts';
import { holdBack, subset, type TrainingData } from '../../train/training-data.ts';

/**
 * Samples to train on and samples to judge by: the share `held` of all, at most `most`; 0: from those that are trained on.
 * Both sources hold the same samples, of which only the first is augmented.
 */
export function heldSamples(
  { augmented, plain }: { readonly augmented: TrainingData; readonly plain: TrainingData },
  { held: share, most, seed }: { readonly held: number; readonly most: number; readonly seed: number },
): { readonly train: TrainingData; readonly held: TrainingData } {
  if (share === 0) return { train: augmented, held: subset(plain, first(plain.length, most)) };
  const { train } = holdBack(augmented, share, seed);
  const { held } = holdBack(plain, share, seed);
  return { train, held: subset(held, first(held.length, most)) };
}

function first(length: number, most: number): number[] {
  if (length > 0) return Array.from({ length: Math.min(length, Math.max(most, 1)) }, (_, i) => i);
  throw new UserError({ code: 'BAD_DATA', message: 'there are no samples to judge by', hint: 'give more samples' });
}
