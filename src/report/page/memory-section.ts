import type { MappedBuffer, MemoryMap } from '../../codegen/plan-memory/memory-map.ts';
import type { FullReport } from '../full-report.ts';
import type { Report } from '../report.ts';
import { columnAxis, horizontalMark, leftAxis, text } from '../svg/axis.ts';
import { legend } from '../svg/legend.ts';
import { rect } from '../svg/marks.ts';
import { group, type Markup } from '../svg/markup.ts';
import { exactBytes } from '../svg/numbers.ts';
import type { Section } from '../svg/page.ts';
import { type Frame, FULL_WIDTH, frame, plot } from '../svg/plot.ts';
import { type Bands, bandScale, byteScale, type Scale } from '../svg/scale.ts';

const ROLES: Readonly<Record<string, { readonly className: string; readonly label: string }>> = {
  input: { className: 's3', label: 'input' },
  activation: { className: 's1', label: 'between layers' },
  output: { className: 's4', label: 'output' },
  scratch: { className: 's5', label: 'scratch of a kernel' },
};

/** Every buffer as a box: calls from left to right, addresses upwards. */
export function memorySection({ report }: FullReport): Section | null {
  const { memory, layers } = report;
  if (memory.buffers.length === 0) return null;
  const roles = Object.entries(ROLES).filter(([role]) => memory.buffers.some((buffer) => buffer.role === role));
  const peak = layers[memory.peakCall];
  return {
    id: 'memory',
    title: 'Memory over time',
    lead: `Each box is a buffer: as wide as the calls it lives through, as high as its bytes, at its place in the arena. Boxes overlap where a result may replace a dying input. A number is the layer that fills the buffer.${peak ? ` Most is needed in layer ${peak.index}.` : ''}`,
    body: [legend(roles.map(([, role]) => role)), memoryPlot(report)],
  };
}

function memoryPlot({ memory, layers }: Report): Markup {
  const box = frame(FULL_WIDTH, 400, { top: 30, right: 16, bottom: 44, left: 70 });
  // A column before the first call and one after the last: what the caller writes and reads.
  const bands = bandScale(memory.calls.length + 2, box.x, 0);
  const y = byteScale([0, Math.max(1, memory.arenaBytes) * 1.06], box.y);
  const columns = [
    { value: 0, label: 'in' },
    ...layers.map(({ index }) => ({ value: index + 1, label: String(index) })),
    { value: memory.calls.length + 1, label: 'out' },
  ];
  const peak = memory.peakCall + 1;
  return plot(
    box,
    'Place and life of every buffer in the arena',
    leftAxis(y, box, { title: 'address in the arena (bytes)', ticks: 8 }),
    columnAxis(columns, bands, box, 'layer, in the order of calls'),
    memory.buffers.map((buffer) => bufferBox(buffer, areaOf(buffer, bands, y), memory.calls.length)),
    // On top of all boxes.
    memory.buffers.map((buffer) => bufferLabel(buffer, areaOf(buffer, bands, y))),
    marks(memory, y, box),
    memory.calls.length > 0 ? peakBand(bands.start(peak), bands.width, box) : null,
  );
}

function peakBand(left: number, width: number, box: Frame): Markup {
  return group(
    rect([left, box.top], [left + width, box.bottom], { className: 'band' }),
    left + width + 40 < box.right
      ? text(left + width + 4, box.top + 10, 'start', 'peak', 'peak')
      : text(left - 4, box.top + 10, 'end', 'peak', 'peak'),
  );
}

function marks({ arenaBytes, lowerBoundBytes }: MemoryMap, y: Scale, box: Frame): Markup {
  if (arenaBytes === lowerBoundBytes) {
    return horizontalMark(y.at(arenaBytes), box, `arena ${exactBytes(arenaBytes)}, no plan can be smaller`);
  }
  return group(
    horizontalMark(y.at(arenaBytes), box, `arena ${exactBytes(arenaBytes)}`),
    horizontalMark(y.at(lowerBoundBytes), box, `lower bound ${exactBytes(lowerBoundBytes)}`, true),
  );
}

/** Pixels of a buffer. */
interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function areaOf({ firstCall, lastCall, offset, bytes }: MappedBuffer, bands: Bands, y: Scale): Area {
  const [left, right] = [bands.start(firstCall + 1), bands.start(lastCall + 1) + bands.width];
  return { left: left + 0.5, right: right - 0.5, top: y.at(offset + bytes), bottom: y.at(offset) };
}

function bufferBox(buffer: MappedBuffer, { left, right, top, bottom }: Area, calls: number): Markup {
  const { name, role, offset, bytes, firstCall, lastCall, within } = buffer;
  const { className, label } = ROLES[role];
  const when = (call: number) => (call < 0 ? 'before the run' : call >= calls ? 'after the run' : `layer ${call}`);
  const life = firstCall === lastCall ? when(firstCall) : `${when(firstCall)} to ${when(lastCall)}`;
  const slice = within === null ? '' : `\nslice of buffer ${within}`;
  const title = `${label} '${name}'\n${exactBytes(bytes)} at ${exactBytes(offset)}\n${life}${slice}`;
  return rect([left, top], [right, bottom], { className: `${className} pale outlined`, title });
}

const CHARACTER = 6.2;

/** Its name, or the number of the layer that fills it, or nothing: whatever has room. */
function bufferLabel({ name, firstCall }: MappedBuffer, { left, right, top, bottom }: Area): Markup | null {
  const candidates = firstCall < 0 ? [name] : [name, String(firstCall)];
  const shown = candidates.find((label) => right - left > label.length * CHARACTER + 6 && bottom - top > 13);
  return shown === undefined ? null : text((left + right) / 2, (top + bottom) / 2 + 4, 'middle', shown, 'name');
}
