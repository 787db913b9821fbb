import type { Shape } from '../ir/types.ts';

/** How outputs are scored against labels; the names that a data set's descriptor gives. */
export const METRIC_NAMES = ['top1', 'miou', 'map', 'mse'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

export interface Metric {
  /** For tables and sentences: 'top-1', 'mean IoU'. */
  readonly title: string;
  /** 'share': 0 .. 1, more is better; 'error': 0 and more, less is better. */
  readonly kind: 'share' | 'error';
  /** An empty sum for outputs and labels of these shapes. @throws UserError BAD_DATA where they do not fit each other. */
  meter(shapes: JudgedShapes): Meter;
}

export interface JudgedShapes {
  /** Of the model's first output, for one sample. */
  readonly output: Shape;
  /** Of the labels of one sample, as many rows as the model's batch first. */
  readonly labels: Shape;
  /** The data set, for errors. */
  readonly where: string;
}

/** Adds up samples, whose score is not always the mean of theirs. */
export interface Meter {
  /** Real numbers and labels of one sample, in ONNX order. @throws UserError BAD_DATA for labels that cannot be. */
  add(output: ArrayLike<number>, labels: ArrayLike<number>): void;
  /** @throws UserError BAD_DATA where nothing was judged. */
  value(): number;
  /** What an output says, to be compared with another one: a class for each label, or its largest element. */
  answers(output: ArrayLike<number>): Int32Array;
  /** [label][answer]: how many; null where labels are no classes. */
  confusion(): readonly (readonly number[])[] | null;
}

/** A score and what it is of. */
export interface Score {
  readonly metric: MetricName;
  readonly value: number;
}
