import type { Counts } from '../verify/harness.ts';
import type { Accuracy } from './accuracy.ts';
import { type DecodeCost, tabledDecodeCost } from './decode-cost.ts';
import type { LayerReport, Report } from './report.ts';
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
  /** By layer; null: no quantized weights, or nothing is known. */
  readonly decode: readonly (DecodeCost | null)[];
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

/** What was measured besides buildReport(); `core` is that of the target. */
export interface Measured {
  readonly core: string;
  readonly sqnr?: SqnrReport | null;
  readonly accuracy?: Accuracy | null;
  readonly counts?: Counts | null;
  /** By layer, from counts of this very model; else the table of measured layers is asked. */
  readonly decode?: readonly (DecodeCost | null)[] | null;
}

export function fullReport(report: Report, { core, sqnr, accuracy, counts, decode }: Measured): FullReport {
  return {
    report,
    weights: totalsOf(report.layers),
    sqnr: sqnr ?? null,
    accuracy: accuracy ?? null,
    counts: counts ?? null,
    decode: decode ?? report.layers.map((layer) => tabledDecodeCost(layer, core)),
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
