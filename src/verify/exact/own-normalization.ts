import { type NormalizationJob, normalizationParameters, ROOT_ERROR } from '../../quant/normalization.ts';
import { WIDE_ROOT_ERROR, wideNormalization } from '../../quant/wide-normalization.ts';

/** How a row is computed: codes of 8 bits, of 16, or of 8 as near to float32 as a file of another tool wants it. */
export type NormalizationLaw = 'short' | 'words' | 'bytes';

export interface NormalElement {
  /** Which scale and bias of the job are its own. */
  readonly parameter: number;
  /** Distance from the mean over the deviation. */
  readonly normal: number;
  /** The deviation's square, epsilon in it, in squares of steps of the input. */
  readonly variance: number;
}

/**
 * How far the C's integers may be from the real result, in steps of it: the root by a part of itself, epsilon by what rounding it
 * makes of the variance, X by half of 2^-F, G and B by what they are from real numbers.
 */
export function ownNormalizationError(
  job: NormalizationJob,
  law: NormalizationLaw,
): (element: NormalElement) => number {
  const made = law === 'short' ? { ...normalizationParameters(job), lift: 0 } : wideNormalization(job, law);
  const { epsilon, fraction, lift, factors, offsets, shift } = made;
  const root = law === 'short' ? ROOT_ERROR : WIDE_ROOT_ERROR;
  const added = Number(epsilon) / 4 ** lift / job.length ** 2 - job.epsilon / job.inputScale ** 2;
  return ({ parameter, normal, variance }) => {
    const slope = factors[parameter]! / 2 ** (shift - fraction);
    const start = Number(offsets[parameter]) / 2 ** shift - 0.5 - job.zeroPoint;
    const ofRoot = root + Math.abs(Math.sqrt(variance / (variance + added)) - 1);
    const ofSlope = Math.abs(slope - job.scale[parameter]! / job.outputScale);
    return (
      Math.abs(slope) * (Math.abs(normal) * ofRoot + 2 ** -(fraction + 1)) +
      Math.abs(normal) * ofSlope +
      Math.abs(start - job.bias[parameter]! / job.outputScale)
    );
  };
}
