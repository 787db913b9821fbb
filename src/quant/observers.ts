import { minMax } from '../numerics/stats.ts';
import { UserError } from '../support/errors.ts';
import { codeRange } from './affine.ts';
import { PRIORS } from './fewbit/aciq.ts';
import { aciqRange } from './observers/aciq.ts';
import { entropyRange } from './observers/entropy.ts';
import { createFloatHistogram } from './observers/float-histogram.ts';
import { mseRange, pow2Range } from './observers/mse.ts';
import { percentileRange } from './observers/percentile.ts';
import type { Scales } from './pow2-scale.ts';

export const CALIBRATION_METHODS = [
  'minmax',
  'percentile',
  'mse',
  'entropy',
  'aciq',
  'aciq-laplace',
  'aciq-gauss',
] as const;
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number];

/** ACIQ chooses the clip behind a ReLU from the values before it. */
export function seesBeforeRelu(method: CalibrationMethod): boolean {
  return method.startsWith('aciq');
}

/** Watches the values of one tensor over a calibration set and proposes a range for its codes. Stores no data. */
export interface Observer {
  /** Any number of values of any samples. UserError BAD_DATA when one is infinite or NaN. */
  observe(data: Float32Array): void;
  /** min <= max; [0, 0] when nothing was observed. The order of the data does not matter. */
  range(): { min: number; max: number };
}

export interface ObserverOptions {
  /** The tensor, for error messages. */
  readonly name: string;
  /** percentile: how much of the data lies below max and, likewise, above min; above 50, up to 100. Default 99.99. */
  readonly percentile?: number;
  /** mse, entropy and aciq: bits of a code. Default 8. */
  readonly bits?: number;
  /** 'pow2': the range of the better of the two nearest power-of-two scales (minmax: of the coarser). Default 'free'. */
  readonly scales?: Scales;
  /** aciq: the values are observed before a fused ReLU that lets this through (see seesBeforeRelu). Default: there is none. */
  readonly rectified?: { readonly min: number; readonly max: number } | null;
}

/**
 * - minmax: all values fit.
 * - percentile: a share of outliers at each end is clipped.
 * - mse: the clip of least squared quantization error.
 * - entropy: the clip of least Kullback-Leibler divergence.
 * - aciq-laplace, aciq-gauss: the clip that is best for a distribution of this kind and the observed spread; aciq: the
 *   better of the two, or none.
 *
 * No method proposes more than the observed minimum and maximum, unless scales are to be powers of two.
 */
export function createObserver(method: CalibrationMethod, options: ObserverOptions): Observer {
  const { percentile = 99.99, bits = 8, scales = 'free', rectified = null } = options;
  if (!(percentile > 50 && percentile <= 100)) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `percentile ${percentile} does not lie above 50 and up to 100`,
      hint: 'usual values are 99.9 to 99.999',
    });
  }
  if (method === 'minmax') return createMinMaxObserver(options);
  const ends = createMinMaxObserver(options);
  const histogram = createFloatHistogram();
  return {
    observe(data) {
      ends.observe(data);
      histogram.add(data);
    },
    range() {
      const full = ends.range();
      const inside = (x: number) => Math.min(Math.max(x, Math.min(full.min, rectified?.min ?? full.min)), full.max);
      const { min, max } = propose(method);
      const range = { min: inside(min), max: inside(max) };
      return scales === 'pow2' ? pow2Range(histogram.bins(), range, codeRange(bits)) : range;
    },
  };

  function propose(chosen: Exclude<CalibrationMethod, 'minmax'>): { min: number; max: number } {
    const bins = histogram.bins();
    switch (chosen) {
      case 'percentile':
        return percentileRange(bins, percentile);
      case 'mse':
        return mseRange(bins, ends.range(), codeRange(bits));
      case 'entropy':
        return entropyRange(bins, ends.range(), codeRange(bits));
      case 'aciq':
        return aciqRange(bins, ends.range(), bits, PRIORS, rectified);
      case 'aciq-laplace':
        return aciqRange(bins, ends.range(), bits, ['laplace'], rectified);
      case 'aciq-gauss':
        return aciqRange(bins, ends.range(), bits, ['gauss'], rectified);
      default:
        return chosen satisfies never;
    }
  }
}

function createMinMaxObserver({ name }: ObserverOptions): Observer {
  let min = Infinity;
  let max = -Infinity;
  return {
    observe(data) {
      const bad = data.find((x) => x - x !== 0); // NaN for NaN and for infinity
      if (bad !== undefined) throw notFinite(name, bad);
      const seen = minMax(data);
      min = Math.min(min, seen.min);
      max = Math.max(max, seen.max);
    },
    range: () => (min <= max ? { min, max } : { min: 0, max: 0 }),
  };
}

function notFinite(name: string, value: number): UserError {
  return new UserError({
    code: 'BAD_DATA',
    message: `'${name}' became ${value} during calibration`,
    where: name,
    because: ['codes can only stand for finite numbers'],
    hint: 'check scale and offset of the calibration data, and that the float model gives finite results for them',
  });
}
