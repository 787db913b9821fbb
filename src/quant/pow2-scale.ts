import { roundHalfEven } from '../numerics/float16.ts';
import { type Affine, type CodeRange, codeRange } from './affine.ts';

/** Which scales quantization may choose: any, or powers of two, so that requantization is a shift. */
export const SCALES = ['free', 'pow2'] as const;
export type Scales = (typeof SCALES)[number];

/** Part of the step between two powers of two that counts as rounding noise. */
const NOISE = 2 ** -20;

/** The smallest power of two that is not below a positive number (but for rounding noise). */
export function pow2AtLeast(x: number): number {
  const below = 2 ** Math.floor(Math.log2(x));
  return [below, 2 * below, 4 * below].find((power) => power >= x * (1 - NOISE)) ?? below;
}

export function isPow2(x: number): boolean {
  return x > 0 && 2 ** Math.round(Math.log2(x)) === x;
}

/** activationAffine() with powers of two. */
export function pow2ActivationAffine(min: number, max: number, bits: number): Affine {
  const codes = codeRange(bits);
  if (bits !== 16) return pow2AffineOfRange(min, max, codes);
  const most = Math.max(-min, max, 0);
  return { scale: most < 2 ** -100 ? 1 : pow2AtLeast(most / codes.max), zeroPoint: 0 };
}

/** The finest power-of-two scale whose codes hold [min, max] and 0, and the zero point that puts min lowest. */
export function pow2AffineOfRange(min: number, max: number, codes: CodeRange = codeRange(8)): Affine {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  if (high - low < 2 ** -100) return { scale: 1, zeroPoint: codes.min };
  return withLowest(low, pow2AtLeast((high - low) / (codes.max - codes.min)), codes);
}

/**
 * A power-of-two scale for a range that was chosen without that condition: the next one up, or the next one down with as
 * much cut off at either end as `error` says is best.
 * @param error what an affine costs (squared error over observed values); the smallest wins.
 */
export function nearestPow2Affine(
  min: number,
  max: number,
  error: (affine: Affine) => number,
  codes: CodeRange = codeRange(8),
): Affine {
  const up = pow2AffineOfRange(min, max, codes);
  const scale = up.scale / 2;
  const missing = Math.max(0, max - min - scale * (codes.max - codes.min));
  const down = CUTS.map((share) => withLowest(Math.min(min, 0) + share * missing, scale, codes));
  const errors = [up, ...down].map(error);
  return [up, ...down][errors.indexOf(Math.min(...errors))];
}

/** Shares of what does not fit that are cut off at the lower end. */
const CUTS = [0, 0.25, 0.5, 0.75, 1];

function withLowest(low: number, scale: number, codes: CodeRange): Affine {
  const zeroPoint = roundHalfEven(codes.min - low / scale);
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, codes.min), codes.max) };
}
