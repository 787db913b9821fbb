import { UserError } from '../support/errors.ts';
import type { ModelFlags } from './model-flags.ts';

/** Flags of quantization, which say nothing to a model that stays in float32. */
const QUANTIZING: readonly (readonly [keyof ModelFlags, string])[] = [
  ['samples', '--samples'],
  ['method', '--method'],
  ['percentile', '--percentile'],
  ['equalize', '--equalize'],
  ['distill', '--distill'],
  ['exclude', '--exclude'],
  ['floatIo', '--float-io'],
];

/** Refuses flags that would change nothing. Throws UserError BAD_ARGUMENT. */
export function refuseIdle(flags: ModelFlags): void {
  const { calibrate, weights, activations, recipe, precision, biasCorrection, method, percentile } = flags;
  const quantizes = calibrate || weights !== undefined || activations !== undefined || recipe || precision === 'int8';
  const idle = QUANTIZING.filter(([key]) => flags[key] !== undefined).map(([, flag]) => flag);
  if (biasCorrection === false) idle.push('--no-bias-correction');
  if (idle.length > 0 && (!quantizes || precision === 'float32')) {
    throw idleFlag(
      `${idle.join(', ')} ${idle.length === 1 ? 'says' : 'say'} nothing to a float32 model`,
      'make it int8 with --calibrate DATA',
    );
  }
  if (percentile !== undefined && method !== 'percentile') {
    throw idleFlag('--percentile says nothing to another method', 'add --method percentile');
  }
}

export function idleFlag(message: string, hint: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message, hint });
}
