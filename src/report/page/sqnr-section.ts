import type { FullReport } from '../full-report.ts';
import type { LayerReport } from '../layer-reports.ts';
import { bottomAxis, rowAxis, text } from '../svg/axis.ts';
import { legend } from '../svg/legend.ts';
import { rect } from '../svg/marks.ts';
import { element, group, type Markup } from '../svg/markup.ts';
import type { Section } from '../svg/page.ts';
import { FULL_WIDTH, frame, plot } from '../svg/plot.ts';
import { bandScale, linearScale } from '../svg/scale.ts';
import { db, layerTitle, outputSqnr } from './layer-facts.ts';

interface Row {
  readonly layer: LayerReport;
  readonly bars: readonly { readonly what: 'weights' | 'output'; readonly value: number }[];
}

const ROW = 30;
/** Bars of more end at the edge: that is as good as no noise. */
const HIGHEST_DB = 80;
const CLASS = { weights: 's1', output: 's2' } as const;

/** Two bars for each layer: its weights, and its output. */
export function sqnrSection({ report, sqnr }: FullReport): Section | null {
  const outputs = outputSqnr(sqnr);
  const rows = report.layers.flatMap((layer): Row[] => {
    const ofWeights = layer.weights?.sqnrDb ?? null;
    const ofOutput = outputs.get(layer.value) ?? null;
    const bars = [
      ...(ofWeights === null ? [] : [{ what: 'weights' as const, value: ofWeights }]),
      ...(ofOutput === null ? [] : [{ what: 'output' as const, value: ofOutput }]),
    ];
    return bars.length > 0 ? [{ layer, bars }] : [];
  });
  if (rows.length === 0) return null;
  const samples = sqnr ? `; they were compared on ${sqnr.samples} samples` : '';
  return {
    id: 'sqnr',
    title: 'Signal to quantization noise',
    lead: `How closely each layer follows float32, in decibels: 20 dB is noise of a hundredth of the power of the signal, each bit more is worth about 6 dB. Outputs carry the noise of all layers before them too${samples}.`,
    body: [
      legend([
        { className: CLASS.weights, label: 'weights' },
        { className: CLASS.output, label: 'output' },
      ]),
      sqnrPlot(rows),
      sqnr?.diagnosis
        ? element(
            'p',
            { class: 'note' },
            `First loss: ${sqnr.diagnosis.layer}, ${sqnr.diagnosis.cause}: ${sqnr.diagnosis.evidence}; ${sqnr.diagnosis.advice}.`,
          )
        : null,
    ],
  };
}

function sqnrPlot(rows: readonly Row[]): Markup {
  const box = frame(FULL_WIDTH, rows.length * ROW + 56, { top: 4, right: 50, bottom: 48, left: 220 });
  const finite = rows.flatMap(({ bars }) => bars.map(({ value }) => value)).filter(Number.isFinite);
  const x = linearScale([Math.min(0, ...finite), Math.min(HIGHEST_DB, Math.max(10, ...finite))], box.x);
  const bands = bandScale(rows.length, [box.top, box.bottom], 0.25);
  return plot(
    box,
    'SQNR of weights and output of each layer',
    bottomAxis(x, box, { title: 'SQNR (dB)', ticks: 8 }),
    rowAxis(
      rows.map(({ layer: { index, node } }) => ({ index, name: node })),
      bands,
      box,
    ),
    rows.map(({ layer, bars }, i) =>
      bars.map(({ what, value }, k) => {
        const height = bands.width / bars.length;
        const top = bands.start(i) + k * height;
        const end = Math.min(box.right, Math.max(box.left, x.at(value)));
        const title = `${layerTitle(layer)}\nSQNR of its ${what}: ${db(value)} dB`;
        return group(
          rect([x.at(0), top + 0.5], [end, top + height - 0.5], { className: CLASS[what], title }),
          text(Math.max(end, x.at(0)) + 5, top + height / 2 + 4, 'start', db(value), 'value'),
        );
      }),
    ),
  );
}
