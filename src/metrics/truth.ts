import type { Shape } from '../ir/types.ts';
import { METRICS } from './index.ts';
import type { Meter, MetricName } from './metric.ts';

/** What outputs are scored against, and how. */
export interface Truth {
  readonly metric: MetricName;
  /** Of the labels of one sample: as many rows as the model's batch, then what a row has. */
  readonly shape: Shape;
  /** The labels of sample `index`. */
  sample(index: number): ArrayLike<number>;
}

/** A data set that may have labels: classes are judged by top1. */
export interface Labelled {
  readonly name: string;
  readonly count: number;
  readonly labels: Int32Array | null;
  readonly truth?: Truth | null;
}

export function truthOf({ truth, labels, count }: Labelled): Truth | null {
  if (truth || !labels) return truth ?? null;
  const rows = labels.length / count;
  return { metric: 'top1', shape: [rows], sample: (index) => labels.subarray(index * rows, (index + 1) * rows) };
}

/** For a first output of this shape. @throws UserError BAD_DATA where labels do not fit it. */
export function openMeter({ metric, shape }: Truth, output: Shape, where: string): Meter {
  return METRICS[metric].meter({ output, labels: shape, where });
}
