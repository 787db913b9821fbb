import { capitalized, METRICS, scoreText } from '../metrics/index.ts';
import type { Accuracy } from './accuracy.ts';
import { percent } from './svg/numbers.ts';
import { grouped } from './table.ts';

/** One line: 'Top-1 on 1,000 labelled samples: 91.80 %, float32 92.10 %; 97.60 % of answers are the same'. */
export function renderAccuracy({ metric, samples, score, floatScore, agreement }: Accuracy): string {
  const text = (value: number) => scoreText({ metric, value });
  return (
    `${capitalized(METRICS[metric].title)} on ${grouped(samples)} labelled samples: ${text(score)}, float32 ${text(floatScore)}; ` +
    `${percent(agreement)} of answers are the same`
  );
}
