import type { FullReport } from '../full-report.ts';
import { bottomAxis, type RowName, rowAxis, text } from '../svg/axis.ts';
import { legend } from '../svg/legend.ts';
import { rect } from '../svg/marks.ts';
import { group, type Markup } from '../svg/markup.ts';
import { exactBytes } from '../svg/numbers.ts';
import type { Section } from '../svg/page.ts';
import { FULL_WIDTH, frame, plot } from '../svg/plot.ts';
import { bandScale, byteScale } from '../svg/scale.ts';
import { layerTitle } from './layer-facts.ts';

const PARTS = [
  { className: 's1', label: 'weights' },
  { className: 's5', label: 'what decoders look up' },
  { className: 's3', label: 'biases, multipliers, function tables' },
  { className: 's2', label: 'code' },
] as const;

interface Row extends RowName {
  readonly title: string;
  /** Bytes of each of PARTS. */
  readonly parts: readonly number[];
}

const ROW = 22;

/** Stacked bars: what each layer takes of flash, and what all share. */
export function flashSection({ report }: FullReport): Section | null {
  const rows = rowsOf(report).filter(({ parts }) => parts.some((bytes) => bytes > 0));
  if (rows.length === 0) return null;
  const by = 'with' in report.measured ? ` Code by ${report.measured.with}.` : ' Code was not measured.';
  const used = PARTS.filter((_, p) => rows.some(({ parts }) => parts[p] > 0));
  return {
    id: 'flash',
    title: 'Flash by layer',
    lead: `Tables that several layers use count for the first of them; kernels that several layers call have a row of their own.${by}`,
    body: [legend(used), flashPlot(rows)],
  };
}

function rowsOf({ layers, flash }: FullReport['report']): Row[] {
  const rows = layers.map((layer): Row => {
    const lookup = Math.min(layer.weightBytes, layer.weights?.lookupBytes ?? 0);
    return {
      index: layer.index,
      name: layer.node,
      title: layerTitle(layer),
      parts: [layer.weightBytes - lookup, lookup, layer.parameterBytes, layer.codeBytes ?? 0],
    };
  });
  const code = (name: string, bytes: number | null): Row => ({ name, title: name, parts: [0, 0, 0, bytes ?? 0] });
  const shared = flash.sharedCodeBytes ?? flash.codeBytes;
  return [...rows, code('shared kernels', shared), code('libraries', flash.libraryBytes)];
}

function flashPlot(rows: readonly Row[]): Markup {
  const box = frame(FULL_WIDTH, rows.length * ROW + 52, { top: 4, right: 80, bottom: 44, left: 220 });
  const sum = (parts: readonly number[]) => parts.reduce((a, b) => a + b, 0);
  const x = byteScale([0, Math.max(...rows.map(({ parts }) => sum(parts)))], box.x);
  const bands = bandScale(rows.length, [box.top, box.bottom], 0.22);
  return plot(
    box,
    'Flash of each layer by its parts',
    bottomAxis(x, box, { title: 'flash (bytes)', ticks: 8 }),
    rowAxis(rows, bands, box),
    rows.map(({ title, parts }, i) => {
      const [top, bottom] = [bands.start(i), bands.start(i) + bands.width];
      const total = sum(parts);
      return group(
        PARTS.map(({ className, label }, p) => {
          const from = sum(parts.slice(0, p));
          if (parts[p] === 0) return null;
          const hover = `${title}\n${label}: ${exactBytes(parts[p])}`;
          return rect([x.at(from), top], [x.at(from + parts[p]), bottom], { className, title: hover });
        }),
        total > 0 ? text(x.at(total) + 5, (top + bottom) / 2 + 4, 'start', exactBytes(total), 'value') : null,
      );
    }),
  );
}
