import type { MappedCall } from '../../codegen/plan-memory/memory-map.ts';
import type { FullReport } from '../full-report.ts';
import type { Report } from '../report.ts';
import { columnAxis, horizontalMark, leftAxis } from '../svg/axis.ts';
import { legend } from '../svg/legend.ts';
import { rect } from '../svg/marks.ts';
import { group, type Markup } from '../svg/markup.ts';
import { exactBytes } from '../svg/numbers.ts';
import type { Section } from '../svg/page.ts';
import { FULL_WIDTH, frame, plot } from '../svg/plot.ts';
import { bandScale, byteScale } from '../svg/scale.ts';
import { layerTitle } from './layer-facts.ts';

const PARTS = [
  { className: 's1', label: 'inputs and outputs of the layer' },
  { className: 's5', label: 'scratch of its kernel' },
  { className: 's6', label: 'kept for later layers' },
] as const;

/** Stacked columns: what must lie in the arena while each layer runs. */
export function ramSection({ report }: FullReport): Section | null {
  if (report.memory.calls.length === 0) return null;
  return {
    id: 'ram',
    title: 'RAM by layer',
    lead: 'Bytes of the arena in use during each call. An output that replaces a dying input counts once. The arena can be larger than the tallest column where buffers do not fit together without a gap.',
    body: [legend(PARTS), ramPlot(report)],
  };
}

function ramPlot(report: Report): Markup {
  const { layers, memory } = report;
  const box = frame(FULL_WIDTH, 280, { top: 30, right: 16, bottom: 44, left: 70 });
  const bands = bandScale(layers.length, box.x, layers.length > 60 ? 0.1 : 0.25);
  const y = byteScale([0, Math.max(1, memory.arenaBytes) * 1.08], box.y);
  return plot(
    box,
    'Bytes of the arena in use during each layer',
    leftAxis(y, box, { title: 'arena (bytes)', ticks: 6 }),
    columnAxis(
      layers.map(({ index }) => ({ value: index, label: String(index) })),
      bands,
      box,
      'layer, in the order of calls',
    ),
    layers.map((layer, i) => {
      const parts = partsOf(report, memory.calls[i], i);
      let from = 0;
      return group(
        PARTS.map(({ className, label }, p) => {
          if (parts[p] <= 0) return null;
          from += parts[p];
          const corner = [bands.start(i), y.at(from - parts[p])] as const;
          const title = `${layerTitle(layer)}\n${label}: ${exactBytes(parts[p])}\nall: ${exactBytes(memory.calls[i].usedBytes)}`;
          return rect(corner, [bands.start(i) + bands.width, y.at(from)], { className, title });
        }),
      );
    }),
    horizontalMark(y.at(memory.arenaBytes), box, `arena ${exactBytes(memory.arenaBytes)}`),
  );
}

/** Bytes of each of PARTS; they sum up to what the call uses. */
function partsOf({ memory }: Report, { regions, usedBytes }: MappedCall, call: number): number[] {
  const buffers = new Map(memory.buffers.map((buffer) => [buffer.id, buffer]));
  const sum = (wanted: (id: number) => boolean) =>
    regions.reduce((bytes, region) => bytes + (wanted(region.buffer) ? region.bytes : 0), 0);
  const scratch = sum((id) => buffers.get(id)?.role === 'scratch');
  const kept = sum((id) => buffers.get(id)?.role !== 'scratch' && !touched(id));
  return [Math.max(0, usedBytes - scratch - kept), scratch, kept];

  /** A buffer, or a slice of it, begins, ends or is used here. */
  function touched(id: number): boolean {
    return memory.buffers.some((buffer) => (buffer.id === id || buffer.within === id) && buffer.calls.includes(call));
  }
}
