import type { LayerQuality } from './report-sqnr.ts';

export type Cause = 'saturation' | 'bias' | 'outlier channel' | 'resolution';

export interface Diagnosis {
  readonly layer: string;
  readonly cause: Cause;
  /** The evidence in numbers. */
  readonly evidence: string;
  /** One line: what to try. */
  readonly advice: string;
}

/** Below 20 dB the noise is more than a tenth of the signal's amplitude. */
const ENOUGH_DB = 20;
/** A layer that falls this far below the worst one before it loses accuracy of its own. */
const SUDDEN_LOSS_DB = 12;
/** A part of the noise that explains it. */
const MAIN_SHARE = 0.5;
/** A channel eight times as wide as the others leaves them three bits less. */
const OUTLIER_RATIO = 8;

const ADVICE: Readonly<Record<Cause, string>> = {
  saturation: 'values are cut off: calibrate on more typical samples, or with minmax or a higher percentile',
  bias: 'channels are shifted on average: run bias correction',
  'outlier channel': 'one channel takes the codes from the others: run cross-layer equalization',
  resolution: 'the step is too coarse for the values: give this layer more bits, or clip it by mse calibration',
};

/**
 * The first layer, in execution order, that loses accuracy, and why; null when every layer is good enough. A layer
 * loses accuracy when it falls below 20 dB, or 12 dB below the worst layer before it while ending under 30 dB.
 */
export function diagnose(rows: readonly LayerQuality[]): Diagnosis | null {
  let worst = Infinity;
  for (const row of rows) {
    const sudden = row.sqnrDb < worst - SUDDEN_LOSS_DB && row.sqnrDb < ENOUGH_DB + 10 && worst < Infinity;
    if (row.sqnrDb < ENOUGH_DB || sudden) return { layer: row.name, ...explain(row) };
    worst = Math.min(worst, row.sqnrDb);
  }
  return null;
}

/** Causes that explain half of the noise come before those that only make it likely. */
function explain(row: LayerQuality): Omit<Diagnosis, 'layer'> {
  const level = `SQNR ${row.sqnrDb.toFixed(1)} dB`;
  const because = (cause: Cause, evidence: string) => ({
    cause,
    evidence: `${level}, ${evidence}`,
    advice: ADVICE[cause],
  });
  if (row.saturationNoise >= MAIN_SHARE) {
    return because(
      'saturation',
      `${percent(row.saturated)} of the values make ${percent(row.saturationNoise)} of the noise`,
    );
  }
  if (row.biasNoise >= MAIN_SHARE) {
    return because(
      'bias',
      `mean errors of ${row.bias.toFixed(2)} standard deviations make ${percent(row.biasNoise)} of the noise`,
    );
  }
  if (row.outlierRatio >= OUTLIER_RATIO) {
    return because('outlier channel', `the widest channel is ${row.outlierRatio.toFixed(0)} times the median one`);
  }
  return because('resolution', 'the noise is spread over all values and channels');
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
