import type { Counts } from '../verify/harness.ts';
import type { Accuracy } from './accuracy.ts';
import type { LayerReport } from './layer-reports.ts';
import type { Report } from './report.ts';
import type { SqnrReport } from './sqnr.ts';

/** All that is known about a compiled model: what the page shows and the JSON beside it holds. */
export interface FullReport {
  readonly report: Report;
  /** All quantized weights together; null: there are none. */
  readonly weights: WeightTotals | null;
  /** null: no samples to measure with. */
  readonly sqnr: SqnrReport | null;
  /** null: no labelled samples. */
  readonly accuracy: Accuracy | null;
  /** Instructions of one inference by layer; null: not counted. */
  readonly counts: Counts | null;
}

/** Tables that several layers share count once. */
export interface WeightTotals {
  readonly count: number;
  /** Codes and all that their decoders look up. */
  readonly bytes: number;
  readonly achievedBits: number;
  /** Mean over all weights of their layer's entropy. */
  readonly entropyBits: number;
  readonly float32Ratio: number;
  readonly int8Ratio: number;
}

/** What was measured besides buildReport(). */
export interface Measured {
  readonly sqnr?: SqnrReport | null;
  readonly accuracy?: Accuracy | null;
  readonly counts?: Counts | null;
}

export function fullReport(report: Report, { sqnr, accuracy, counts }: Measured): FullReport {
  return {
    report,
    weights: totalsOf(report.layers),
    sqnr: sqnr ?? null,
    accuracy: accuracy ?? null,
    counts: counts ?? null,
  };
}

function totalsOf(layers: readonly LayerReport[]): WeightTotals | null {
  const own = layers.flatMap(({ weights, weightBytes }) =>
    weights && weightBytes > 0 ? [{ ...weights, weightBytes }] : [],
  );
  if (own.length === 0) return null;
  const sum = (pick: (layer: (typeof own)[number]) => number) => own.reduce((total, layer) => total + pick(layer), 0);
  const count = sum((layer) => layer.count);
  const bytes = sum((layer) => layer.weightBytes);
  return {
    count,
    bytes,
    achievedBits: (8 * bytes) / count,
    entropyBits: sum((layer) => layer.count * layer.entropyBits) / count,
    float32Ratio: (4 * count) / bytes,
    int8Ratio: count / bytes,
  };
}
