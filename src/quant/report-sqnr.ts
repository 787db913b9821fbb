import type { Shape } from '../ir/types.ts';
import { median, powerRatioDb } from '../numerics/stats.ts';
import { type Affine, type CodeRange, codeRange, realRange } from './affine.ts';
import { channelRuns } from './per-channel.ts';

/** How well the codes of one layer's output follow the float model. */
export interface LayerQuality {
  readonly name: string;
  /** 10 log10(signal power / noise power); Infinity without noise. */
  readonly sqnrDb: number;
  /** Share of float values beyond the real numbers that codes can stand for, 0 .. 1. */
  readonly saturated: number;
  /** Share of the noise power that these values cause, 0 .. 1. */
  readonly saturationNoise: number;
  /** Widest channel range over the median one; 1 when all channels are alike. */
  readonly outlierRatio: number;
  /** Root mean square over channels of the mean error, over the standard deviation of the float values. */
  readonly bias: number;
  /** Share of the noise power that the channels' mean errors make, 0 .. 1. */
  readonly biasNoise: number;
}

/** Collects one layer's quality sample by sample; stores no data. */
export interface QualityMeter {
  /** Float values and what the codes stand for, same layout, one or more samples of the layer's shape. */
  add(float: ArrayLike<number>, dequantized: ArrayLike<number>): void;
  quality(): LayerQuality;
}

/**
 * `shape` is the layer's, with channels along `channelAxis` (default 1, or 0 for vectors); `affine` and `codes`
 * say what its codes stand for.
 */
export function createQualityMeter(
  name: string,
  shape: Shape,
  affine: Affine,
  codes: CodeRange = codeRange(8),
  channelAxis = Math.min(1, shape.length - 1),
): QualityMeter {
  const { channels, inner } = shape.length === 0 ? { channels: 1, inner: 1 } : channelRuns(shape, channelAxis);
  const low = new Float64Array(channels).fill(Infinity);
  const high = new Float64Array(channels).fill(-Infinity);
  const errorSum = new Float64Array(channels);
  let [count, sum, signal, noise, saturated, saturationNoise] = [0, 0, 0, 0, 0, 0];
  // A value up to half a step beyond the last code is rounded, not cut off.
  const { min, max } = realRange(affine, codes);
  const lowest = min - affine.scale / 2;
  const highest = max + affine.scale / 2;

  return {
    add(float, dequantized) {
      for (let i = 0; i < float.length; i++) {
        const x = float[i];
        const c = Math.floor(i / inner) % channels;
        const error = dequantized[i] - x;
        if (x < low[c]) low[c] = x;
        if (x > high[c]) high[c] = x;
        errorSum[c] += error;
        sum += x;
        signal += x * x;
        noise += error * error;
        if (x < lowest || x > highest) {
          saturated++;
          saturationNoise += error * error;
        }
      }
      count += float.length;
    },
    quality() {
      const perChannel = count / channels;
      const biasPower = errorSum.reduce((power, error) => power + (error / perChannel) ** 2, 0) / channels;
      const deviation = Math.sqrt(Math.max(0, signal / count - (sum / count) ** 2));
      return {
        name,
        sqnrDb: powerRatioDb(signal, noise),
        saturated: saturated / count,
        saturationNoise: ratio(saturationNoise, noise),
        outlierRatio: outlierRatio(low, high),
        bias: ratio(Math.sqrt(biasPower), deviation),
        biasNoise: ratio(biasPower * count, noise),
      };
    },
  };
}

/** Nothing of nothing is nothing. */
const ratio = (part: number, whole: number): number => (part === 0 ? 0 : part / whole);

/** Dead channels have no range and do not count. */
function outlierRatio(low: Float64Array, high: Float64Array): number {
  const ranges = high.map((max, c) => max - low[c]).filter((range) => range > 0);
  return ranges.length === 0 ? 1 : Math.max(...ranges) / median(ranges);
}
