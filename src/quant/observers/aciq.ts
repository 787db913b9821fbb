import { affineOfRange, type CodeRange, codeRange } from '../affine.ts';
import { analyticClip, clippedRange, gridClip, type Prior, type TensorStats } from '../fewbit/aciq.ts';
import type { Bin } from './float-histogram.ts';
import { squaredError } from './mse.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * The range that ACIQ gives for a prior: mean -+ clip, or 0 to clip behind a ReLU, whose clip follows from the values
 * before it. With several priors the one of least squared error over these values, if it is better than no clip at all.
 *
 * @param bins of the values before the ReLU
 * @param rectified what a fused ReLU lets through: 0 to infinity, or to an upper bound; null: there is none
 */
export function aciqRange(
  bins: readonly Bin[],
  full: Range,
  bits: number,
  priors: readonly Prior[],
  rectified: Range | null,
): Range {
  const stats = statsOf(bins, full);
  const candidates = priors.map((prior) => {
    const clip = rectified ? gridClip(prior, 2 ** bits - 1) : analyticClip(prior, bits);
    return clampTo(clippedRange(stats, prior, clip, { fusedRelu: rectified !== null }), rectified);
  });
  if (candidates.length === 1) return candidates[0];
  return best([...candidates, clampTo(full, rectified)], bins, codeRange(bits), rectified);
}

function best(ranges: readonly Range[], bins: readonly Bin[], codes: CodeRange, rectified: Range | null): Range {
  const { min, max } = rectified ?? { min: -Infinity, max: Infinity };
  const values = Float64Array.from(bins, (bin) => Math.min(Math.max((bin.min + bin.max) / 2, min), max));
  const counts = Float64Array.from(bins, ({ count }) => count);
  const errors = ranges.map((range) => squaredError(values, counts, affineOfRange(range.min, range.max, codes), codes));
  return ranges[errors.indexOf(Math.min(...errors))];
}

function clampTo(range: Range, limits: Range | null): Range {
  if (!limits) return range;
  const inside = (x: number) => Math.min(Math.max(x, limits.min), limits.max);
  return { min: inside(range.min), max: inside(range.max) };
}

/** Values of a bin stand at its middle; the mean of subnormal numbers, which count as zero, must not leave the range. */
function statsOf(bins: readonly Bin[], { min, max }: Range): TensorStats {
  const total = Math.max(
    1,
    bins.reduce((sum, { count }) => sum + count, 0),
  );
  const sum = bins.reduce((sum, bin) => sum + bin.count * middle(bin), 0);
  const mean = Math.min(Math.max(sum / total, min), max);
  const meanDeviation = bins.reduce((sum, bin) => sum + bin.count * Math.abs(middle(bin) - mean), 0) / total;
  const variance = bins.reduce((sum, bin) => sum + bin.count * (middle(bin) - mean) ** 2, 0) / total;
  return { min, max, mean, meanDeviation, deviation: Math.sqrt(variance) };
}

function middle({ min, max }: Bin): number {
  return (min + max) / 2;
}
