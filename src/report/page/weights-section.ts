import type { FullReport } from '../full-report.ts';
import type { LayerReport } from '../layer-reports.ts';
import type { LayerWeights } from '../layer-weights.ts';
import { bottomAxis, leftAxis, rightAxis } from '../svg/axis.ts';
import { legend } from '../svg/legend.ts';
import { dot, line, type Point, polyline, rect } from '../svg/marks.ts';
import { element, group, type Markup } from '../svg/markup.ts';
import type { Section } from '../svg/page.ts';
import { type Frame, frame, plot } from '../svg/plot.ts';
import { linearScale, type Scale } from '../svg/scale.ts';
import { grouped } from '../table.ts';
import type { WeightHistogram } from '../weight-histogram.ts';
import { db, layerLabel, layerTitle } from './layer-facts.ts';

/** A histogram for each layer with quantized weights; null when there is none. */
export function weightsSection({ report }: FullReport): Section | null {
  const cards = report.layers.flatMap((layer) => (layer.weights ? [card(layer, layer.weights)] : []));
  if (cards.length === 0) return null;
  return {
    id: 'weights',
    title: 'Weights and their grid',
    lead: 'Float weights as bars, left scale; the levels of the grid they became, with the number of weights on each, right scale (with very many levels: an outline of how many fall into each bar). Weights are shown in steps: divided by the scale of their channel, so that all channels share one grid of whole numbers.',
    body: [
      legend([
        { className: 's1 pale', label: 'float weights' },
        { className: 's2', label: 'levels of the grid, and weights on them' },
      ]),
      element('div', { class: 'cards' }, cards),
    ],
  };
}

const BOX = frame(370, 200, { top: 30, right: 44, bottom: 40, left: 44 });
/** More levels than that are a line, not stems. */
const MOST_STEMS = 48;

function card(layer: LayerReport, weights: LayerWeights): Markup {
  const { format, count, entropyBits, achievedBits, sqnrDb } = weights;
  const noise = sqnrDb === null ? '' : `, SQNR ${db(sqnrDb)} dB`;
  const facts = [
    `${format}, ${grouped(count)} weights`,
    `entropy ${entropyBits.toFixed(2)}, achieved ${achievedBits.toFixed(2)} bits${noise}`,
  ];
  return element(
    'figure',
    { class: 'card' },
    element('h3', { title: layerTitle(layer) }, layerLabel(layer)),
    facts.map((line) => element('div', { class: 'facts' }, line)),
    histogramPlot(layer, weights),
  );
}

function histogramPlot(layer: LayerReport, { histogram }: LayerWeights): Markup {
  const { levels, from, binWidth, bins, float, below, above } = histogram;
  const x = linearScale([from, from + bins * binWidth], BOX.x);
  const many = levels.length > MOST_STEMS;
  const coded = many ? codesPerBar(histogram) : levels.map(({ count }) => count);
  const top = Math.max(1, ...(float ?? []), ...(many ? coded : []));
  const bars = linearScale([0, top], BOX.y);
  const stems = many ? bars : linearScale([0, Math.max(...coded)], BOX.y);
  const cutOff = below + above;
  return group(
    plot(
      BOX,
      `Histogram of the weights of ${layer.node}`,
      leftAxis(bars, BOX, { title: many ? 'weights in a bar' : 'float weights in a bar', ticks: 4, className: 'c1' }),
      many ? null : rightAxis(stems, BOX, { title: 'weights on a level', ticks: 4, className: 'c2' }),
      bottomAxis(x, BOX, { title: 'weight / scale of its channel (steps)', ticks: 8, grid: false }),
      float?.map((count, i) => bar(count, from + i * binWidth, binWidth, x, bars, BOX)) ?? null,
      many
        ? polyline(outline(coded, from, binWidth, x, bars), { className: 'line s2', title: `${levels.length} levels` })
        : levels.map((level) => stem(level, x, stems, BOX)),
    ),
    cutOff > 0
      ? element(
          'div',
          { class: 'facts' },
          `${grouped(cutOff)} of the float weights lie${cutOff === 1 ? 's' : ''} beyond the bars`,
        )
      : null,
  );
}

/** Levels that lie closer than bars are counted in these. */
function codesPerBar({ levels, from, binWidth, bins }: WeightHistogram): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const { code, count } of levels) counts[Math.floor((code - from) / binWidth)] += count;
  return counts;
}

function outline(counts: readonly number[], from: number, width: number, x: Scale, y: Scale): Point[] {
  const steps = counts.flatMap((count, i): Point[] => [
    [x.at(from + i * width), y.at(count)],
    [x.at(from + (i + 1) * width), y.at(count)],
  ]);
  return [[x.at(from), y.at(0)], ...steps, [x.at(from + counts.length * width), y.at(0)]];
}

function bar(count: number, left: number, width: number, x: Scale, y: Scale, box: Frame): Markup | null {
  if (count === 0) return null;
  const title = `${grouped(count)} float weights from ${left} to ${left + width} steps`;
  return rect([x.at(left), y.at(count)], [x.at(left + width), box.bottom], { className: 's1 pale', title });
}

function stem({ code, count }: { code: number; count: number }, x: Scale, y: Scale, box: Frame): Markup {
  const title = `level ${code}: ${grouped(count)} weights`;
  const top: Point = [x.at(code), y.at(count)];
  return group(
    line(top, [x.at(code), box.bottom + 3], { className: 'line s2', title }),
    dot(top, 2.6, { className: 's2', title }),
  );
}
