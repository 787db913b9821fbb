import { METRICS, scoreText } from '../../metrics/index.ts';
import type { Accuracy } from '../accuracy.ts';
import type { FullReport } from '../full-report.ts';
import { text } from '../svg/axis.ts';
import { rect } from '../svg/marks.ts';
import { element, group, type Markup } from '../svg/markup.ts';
import { percent } from '../svg/numbers.ts';
import type { Section } from '../svg/page.ts';
import { frame, plot } from '../svg/plot.ts';
import { bandScale } from '../svg/scale.ts';
import { grouped } from '../table.ts';

/** A matrix of more classes cannot be read. */
const MOST_CLASSES = 24;

/** Which classes are taken for which; null without labelled samples. */
export function accuracySection({ accuracy }: FullReport): Section | null {
  if (!accuracy) return null;
  const { metric, samples, confusion } = accuracy;
  const { title } = METRICS[metric];
  const [score, float] = [accuracy.score, accuracy.floatScore].map((value) => scoreText({ metric, value }));
  return {
    id: 'accuracy',
    title: 'Accuracy',
    lead: `The quantized model has ${title} ${score} on ${grouped(samples)} labelled samples, the float model ${float}.${confusion ? ' Rows are labels, columns what the quantized model answers; colour is the share of the row.' : ''}`,
    body: confusion && matrix(confusion),
  };
}

type Confusion = NonNullable<Accuracy['confusion']>;

function matrix(confusion: Confusion): Markup {
  if (confusion.length <= MOST_CLASSES) return confusionPlot(confusion);
  return element('p', { class: 'note' }, `The table of ${confusion.length} classes is in the JSON.`);
}

function confusionPlot(confusion: Confusion): Markup {
  const size = Math.min(46, 720 / confusion.length);
  const side = size * confusion.length;
  const box = frame(side + 70, side + 50, { top: 6, right: 4, bottom: 44, left: 66 });
  const bands = bandScale(confusion.length, [0, side], 0.06);
  return plot(
    box,
    'How often each class is taken for each',
    confusion.map((row, label) => {
      const total = row.reduce((a, b) => a + b, 0);
      const middle = box.top + bands.centre(label) + 4;
      return group(
        text(box.left - 6, middle, 'end', label, 'faint'),
        text(box.left + bands.centre(label), box.bottom + 16, 'middle', label, 'faint'),
        row.map((count, answer) => {
          const share = total === 0 ? 0 : count / total;
          const [x, y] = [box.left + bands.start(answer), box.top + bands.start(label)];
          const title = `label ${label}, answer ${answer}: ${grouped(count)} of ${grouped(total)}, ${percent(share, 1)}`;
          return group(
            rect([x, y], [x + bands.width, y + bands.width], { className: 'cell', title }),
            heat([x, y], bands.width, share, answer === label, title),
            count > 0 ? text(box.left + bands.centre(answer), middle, 'middle', count, 'count') : null,
          );
        }),
      );
    }),
    text(0, box.top + side / 2, 'start', 'label', 'axis-title'),
    text(box.left + side / 2, box.bottom + 36, 'middle', 'answer of the quantized model', 'axis-title'),
  );
}

function heat([x, y]: readonly [number, number], size: number, share: number, right: boolean, title: string): Markup {
  const className = right ? 's1' : 's2';
  const opacity = share === 0 ? 0 : Math.min(0.6, 0.08 + (right ? 0.52 : 1.5) * share);
  return element(
    'rect',
    { class: className, x, y, width: size, height: size, 'fill-opacity': opacity },
    element('title', {}, title),
  );
}
