import { METRICS, type MetricName, scoreText } from '../metrics/index.ts';
import { bottomAxis, leftAxis, text } from '../report/svg/axis.ts';
import { dot, type Point, polyline } from '../report/svg/marks.ts';
import { element, type Markup } from '../report/svg/markup.ts';
import { exactBytes } from '../report/svg/numbers.ts';
import { frame, plot } from '../report/svg/plot.ts';
import { linearScale, logScale } from '../report/svg/scale.ts';
import { grouped } from '../report/table.ts';
import { isUniform, keysOf, lossNumber, summaryOf } from './describe.ts';
import { placeLabels } from './place-labels.ts';
import type { Candidate, PrecisionSearch } from './types.ts';

/** What the colours mean. */
export const TRADE_SERIES = [
  { className: 's1', label: 'predicted: best for its flash' },
  { className: 's3', label: 'mixed formats, measured' },
  { className: 's6', label: 'one format, measured' },
  { className: 's2', label: 'chosen' },
];

const BOX = frame(1060, 460, { top: 34, right: 40, bottom: 50, left: 64 });

type Place = { readonly flashBytes: number; readonly loss: number };

/** Loss (logarithmic) over flash: the predicted frontier as a line, what was measured as points with their letters. */
export function tradePlot(search: PrecisionSearch): Markup {
  const { frontier, candidates, chosen, limits, loss, goal, metric } = search;
  const places: Place[] = [...frontier, ...candidates.map(({ measured }) => measured)];
  const positive = places.map((place) => place.loss).filter((value) => value > 0);
  const least = Math.min(...positive, 1) / 1.6;
  const flash = places.map(({ flashBytes }) => flashBytes);
  const margin = (Math.max(...flash) - Math.min(...flash)) * 0.04 + 1;
  const x = linearScale([Math.max(0, Math.min(...flash) - margin), Math.max(...flash) + margin], BOX.x, grouped);
  const y = logScale([least, Math.max(...positive, least * 2) * 1.6], BOX.y, lossNumber);
  const at = (place: Place): Point => [x.at(place.flashBytes), y.at(Math.max(place.loss, least))];

  const keys = keysOf(candidates);
  const points = candidates.map(({ measured }) => at(measured));
  const words = keys.map((key, i) => (candidates[i] === chosen ? `${key}, chosen` : key));
  const limit = limits.flashBytes < x.domain[1] ? x.at(limits.flashBytes) : null;
  const line = limit === null ? [] : [{ left: limit - 2, right: limit + 2, top: BOX.top, bottom: BOX.bottom }];
  const labels = placeLabels(points, words, BOX, line);
  const unit = loss === 'kl' ? 'nats' : 'share of the output power';
  return plot(
    BOX,
    `Loss over flash of ${candidates.length} assignments; the chosen one takes ${exactBytes(chosen.measured.flashBytes)}.`,
    bottomAxis(x, BOX, { title: 'flash of the program (bytes)' }),
    leftAxis(y, BOX, { title: `loss (${unit}, logarithmic)` }),
    limit === null ? null : flashLimit(limit),
    goal.kind === 'max-loss' ? lossLimit(y.at(goal.most)) : null,
    polyline(steps(frontier.map(at)), { className: 'line s1' }),
    frontier.map((one) =>
      dot(at(one), 2, { className: 's1', title: `predicted\n${one.formats.join(', ')}\n${costsText(one)}` }),
    ),
    candidates.map((candidate, i) =>
      dot(points[i], candidate === chosen ? 8 : 5, {
        className: `${candidate === chosen ? 's2' : isUniform(candidate) ? 's6' : 's3'} outlined`,
        title: hoverText(candidate, words[i], metric),
      }),
    ),
    labels.map(({ x: left, y: base, anchor }, i) => text(left, base, anchor, words[i])),
  );
}

/** More flash than one assignment and less than the next takes buys nothing. */
function steps(points: readonly Point[]): Point[] {
  return points.flatMap(([x, y], i): Point[] =>
    i === 0
      ? [[x, y]]
      : [
          [x, points[i - 1][1]],
          [x, y],
        ],
  );
}

function costsText({ flashBytes, loss }: Place): string {
  return `${exactBytes(flashBytes)}, loss ${lossNumber(loss)}`;
}

function hoverText(candidate: Candidate, words: string, metric: MetricName | null): string {
  const { measured } = candidate;
  const told =
    metric === null || measured.score === null
      ? []
      : [`${METRICS[metric].title} ${scoreText({ metric, value: measured.score })}`];
  return [`${words}: ${summaryOf(candidate)}`, costsText(measured), ...told].join('\n');
}

function flashLimit(x: number): Markup {
  return element(
    'g',
    { class: 'mark' },
    element('line', { x1: x, x2: x, y1: BOX.top, y2: BOX.bottom }),
    text(x - 5, BOX.top + 12, 'end', 'flash limit'),
  );
}

function lossLimit(y: number): Markup {
  return element(
    'g',
    { class: 'mark' },
    element('line', { x1: BOX.left, x2: BOX.right, y1: y, y2: y }),
    text(BOX.right, y - 5, 'end', 'loss limit'),
  );
}
