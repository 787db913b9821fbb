import { lambertW, minimize, normalDensity, normalTail } from '../../numerics/special.ts';

/**
 * Where to clip a bell-shaped tensor so that clipping and rounding together cost least.
 * Source: Banner, Nahshan, Soudry, Post Training 4-bit Quantization of Convolutional Networks (ACIQ), NeurIPS 2019.
 * Clips are in units of the prior's spread: b = E|x - mean| of a Laplace, the deviation of a normal distribution.
 */
export const PRIORS = ['laplace', 'gauss'] as const;
export type Prior = (typeof PRIORS)[number];

/**
 * The paper's clip for 2^bits equal bins over [-clip, clip], with a flat density inside each bin:
 *
 *     Laplace  2 e^-a + a^2 / (3 4^bits)  is least at  a e^a = 3 4^bits
 *     Gauss    the clipped tail + a^2 / (3 4^bits), minimized numerically
 *
 * A ReLU halves both terms and the width of the bins, which is one bit more: fusedRelu.
 */
export function analyticClip(prior: Prior, bits: number, { fusedRelu = false } = {}): number {
  const bins = 4 ** (bits + (fusedRelu ? 1 : 0));
  if (prior === 'laplace') return lambertW(3 * bins);
  return minimize((a) => 2 * ((a * a + 1) * normalTail(a) - a * normalDensity(a)) + a ** 2 / (3 * bins), 0.1, 20);
}

/**
 * The clip of least error for the grid that is emitted, whose levels are 0, 1, .. top times clip / top (and minus them):
 * top = 2^(bits-1) - 1 for signed weights, 2^bits - 1 behind a ReLU. Differs from the analytic one by 40 % at 2 bits.
 */
export function gridClip(prior: Prior, top: number): number {
  return minimize((clip) => gridMse(prior, clip, top), 0.05, 40);
}

/** Mean squared error of that grid on a symmetric source of spread 1 (half of it behind a ReLU). */
export function gridMse(prior: Prior, clip: number, top: number): number {
  const step = clip / top;
  let error = 0;
  for (let level = 0; level <= top; level++) {
    const from = Math.max(0, level - 0.5) * step;
    const to = level === top ? Infinity : (level + 0.5) * step;
    error += 2 * (aboveError(prior, from, level * step) - aboveError(prior, to, level * step));
  }
  return error;
}

/** Integral of (x - level)^2 times the density over x > from >= 0. */
function aboveError(prior: Prior, from: number, level: number): number {
  if (from === Infinity) return 0;
  const gap = from - level;
  if (prior === 'laplace') return (Math.exp(-from) / 2) * (gap * gap + 2 * gap + 2);
  return (1 + level * level) * normalTail(from) + (from - 2 * level) * normalDensity(from);
}

/** What one pass over a tensor tells. */
export interface TensorStats {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** E|x - mean| */
  readonly meanDeviation: number;
  /** sqrt of E (x - mean)^2 */
  readonly deviation: number;
}

/**
 * The range to spread the codes over: mean -+ clip, never wider than what was seen. Behind a fused ReLU it starts at 0
 * and the statistics are those before the ReLU.
 * @param clip in units of the prior's spread
 */
export function clippedRange(
  { min, max, mean, meanDeviation, deviation }: TensorStats,
  prior: Prior,
  clip: number,
  { fusedRelu = false } = {},
): { readonly min: number; readonly max: number } {
  const width = clip * (prior === 'laplace' ? meanDeviation : deviation);
  if (fusedRelu) return { min: 0, max: Math.min(Math.max(mean, 0) + width, Math.max(max, 0)) };
  return { min: Math.max(min, mean - width), max: Math.min(max, mean + width) };
}
