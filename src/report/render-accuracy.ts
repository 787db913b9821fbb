import type { Accuracy } from './accuracy.ts';
import { percent } from './svg/numbers.ts';
import { grouped } from './table.ts';

/** One line: 'Top-1 on 1,000 labelled samples: 91.80 %, float32 92.10 %; 97.60 % of answers are the same'. */
export function renderAccuracy({ samples, top1, floatTop1, agreement }: Accuracy): string {
  return (
    `Top-1 on ${grouped(samples)} labelled samples: ${percent(top1)}, float32 ${percent(floatTop1)}; ` +
    `${percent(agreement)} of answers are the same`
  );
}
