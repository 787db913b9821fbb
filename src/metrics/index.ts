import { map } from './map.ts';
import type { Metric, MetricName, Score } from './metric.ts';
import { miou } from './miou.ts';
import { mse } from './mse.ts';
import { top1 } from './top1.ts';

export { largestOf } from './classes.ts';
export { METRIC_NAMES, type Meter, type Metric, type MetricName, type Score } from './metric.ts';

export const METRICS: Readonly<Record<MetricName, Metric>> = { top1, miou, map, mse };

/** How much worse `value` is than `than`: points of a share, percent of an error. Below 0: better. */
export function drop({ metric, value }: Score, than: number): number {
  if (METRICS[metric].kind === 'share') return 100 * (than - value);
  return value === than ? 0 : (100 * (value - than)) / than;
}

/** What comes between drop() and the name of the better model. */
export function dropUnit(metric: MetricName): string {
  return METRICS[metric].kind === 'share' ? 'points under' : '% above';
}

/** A title at the beginning of a sentence. */
export function capitalized(title: string): string {
  return `${title[0].toUpperCase()}${title.slice(1)}`;
}

/** '91.80 %' of a share, three digits of an error. */
export function scoreText({ metric, value }: Score): string {
  return METRICS[metric].kind === 'share' ? `${(100 * value).toFixed(2)} %` : value.toPrecision(3);
}
