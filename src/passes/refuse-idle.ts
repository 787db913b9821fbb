import { UserError } from '../support/errors.ts';
import type { UsualOptions } from './usual-pipeline.ts';

/** Options of quantization that are set, as flags. */
function quantizing(options: UsualOptions): string[] {
  const { calibrate = {}, equalize, correctBias, weights, activations, distill, exclude = [], floatIo } = options;
  const set: Readonly<Record<string, boolean>> = {
    '--samples': calibrate.samples !== undefined,
    '--method': calibrate.method !== undefined,
    '--percentile': calibrate.percentile !== undefined,
    '--equalize': equalize === true,
    '--no-bias-correction': correctBias === false,
    '--weights': weights !== undefined,
    '--activations': activations !== undefined,
    '--distill': distill === true,
    '--exclude': exclude.length > 0,
    '--float-io': floatIo === true,
  };
  return Object.keys(set).filter((flag) => set[flag]);
}

/**
 * Refuses options of quantization where nothing is quantized, or a recipe does it.
 * @throws UserError BAD_ARGUMENT.
 */
export function refuseIdle(options: UsualOptions, what: string, hint: string): void {
  const idle = quantizing(options);
  if (idle.length === 0) return;
  const message = `${idle.join(', ')} ${idle.length === 1 ? 'says' : 'say'} nothing to ${what}`;
  throw new UserError({ code: 'BAD_ARGUMENT', message, hint });
}

/** @throws UserError BAD_ARGUMENT. */
export function refusePercentile({ method, percentile }: NonNullable<UsualOptions['calibrate']>): void {
  if (percentile === undefined || method === 'percentile') return;
  const message = '--percentile says nothing to another method';
  throw new UserError({ code: 'BAD_ARGUMENT', message, hint: 'add --method percentile' });
}
