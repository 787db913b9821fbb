import { type Child, element, group, type Markup } from './markup.ts';
import type { Frame } from './plot.ts';
import type { Bands, Scale, Tick } from './scale.ts';

export interface AxisOptions {
  /** What is measured and its unit: 'SQNR (dB)'. */
  readonly title: string;
  /** About how many ticks; default 6. */
  readonly ticks?: number;
  /** Lines across the plot at the ticks; default yes. */
  readonly grid?: boolean;
  /** Colour class of labels and title, for plots with two axes. */
  readonly className?: string;
}

const TICK = 4;
const GAP = 4;
/** Height of a line of labels, and the width of one of their characters, in pixels. */
const LINE = 14;
const CHARACTER = 6.7;

/** Below the plot. */
export function bottomAxis(scale: Scale, box: Frame, options: AxisOptions): Markup {
  const marks = scale.ticks(options.ticks ?? 6).map(({ value, label }) => {
    const x = scale.at(value);
    return group(
      options.grid === false ? null : gridLine(x, x, box.top, box.bottom),
      element('line', { class: 'tick', x1: x, x2: x, y1: box.bottom, y2: box.bottom + TICK }),
      text(x, box.bottom + TICK + LINE - 2, 'middle', label),
    );
  });
  return axis(options, marks, [
    element('line', { class: 'axis', x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
    text((box.left + box.right) / 2, box.bottom + TICK + 2 * LINE, 'middle', options.title, 'axis-title'),
  ]);
}

/** Left of the plot, the title above it. */
export function leftAxis(scale: Scale, box: Frame, options: AxisOptions): Markup {
  return sideAxis(scale, box, options, box.left, -1);
}

/** Right of the plot, the title above it. */
export function rightAxis(scale: Scale, box: Frame, options: AxisOptions): Markup {
  return sideAxis(scale, box, { ...options, grid: options.grid ?? false }, box.right, 1);
}

function sideAxis(scale: Scale, box: Frame, options: AxisOptions, x: number, side: -1 | 1): Markup {
  const anchor = side < 0 ? 'end' : 'start';
  const marks = scale.ticks(options.ticks ?? 6).map(({ value, label }) => {
    const y = scale.at(value);
    return group(
      options.grid === false ? null : gridLine(box.left, box.right, y, y),
      element('line', { class: 'tick', x1: x, x2: x + side * TICK, y1: y, y2: y }),
      text(x + side * (TICK + GAP), y + 4, anchor, label),
    );
  });
  return axis(options, marks, [
    text(side < 0 ? 0 : box.width, box.top - LINE + 2, side < 0 ? 'start' : 'end', options.title, 'axis-title'),
  ]);
}

export interface RowName {
  /** Always shown, before the name. */
  readonly index?: number;
  readonly name: string;
}

/** Names of rows left of the plot; one that is too long loses its beginning and shows on hover. */
export function rowAxis(rows: readonly RowName[], bands: Bands, box: Frame): Markup {
  const characters = Math.floor((box.left - 2 * GAP) / CHARACTER);
  return element(
    'g',
    { class: 'labels' },
    rows.map(({ index, name }, i) => {
      const prefix = index === undefined ? '' : `${index} `;
      const room = characters - prefix.length;
      const shown = name.length <= room ? name : `…${name.slice(name.length - room + 1)}`;
      const title = element('title', {}, prefix + name);
      return text(box.left - 2 * GAP, bands.centre(i) + 4, 'end', [prefix + shown, title]);
    }),
  );
}

/** Numbers of columns below the plot, as many of them as have room. */
export function columnAxis(ticks: readonly Tick[], bands: Bands, box: Frame, title: string): Markup {
  const widest = Math.max(1, ...ticks.map(({ label }) => label.length)) * CHARACTER + 2 * GAP;
  const every = Math.max(1, Math.ceil((widest * ticks.length) / (box.right - box.left)));
  const shown = ticks.filter((_, i) => i % every === 0);
  return axis(
    { title },
    shown.map(({ value, label }) => text(bands.centre(value), box.bottom + LINE, 'middle', label)),
    [
      element('line', { class: 'axis', x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
      text((box.left + box.right) / 2, box.bottom + 2 * LINE + TICK, 'middle', title, 'axis-title'),
    ],
  );
}

/** A line across the plot at a value of its y axis, with words above its right end; `quiet`: grey, words at the left. */
export function horizontalMark(y: number, box: Frame, words: string, quiet = false): Markup {
  return element(
    'g',
    { class: quiet ? 'mark quiet' : 'mark' },
    element('line', { x1: box.left, x2: box.right, y1: y, y2: y }),
    quiet ? text(box.left + GAP, y - GAP, 'start', words) : text(box.right, y - GAP, 'end', words),
  );
}

/** Text whose size and colour the page's style gives. */
export function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: Child, className?: string) {
  return element('text', { class: className ?? null, x, y, 'text-anchor': anchor }, content);
}

function gridLine(x1: number, x2: number, y1: number, y2: number): Markup {
  return element('line', { class: 'grid', x1, x2, y1, y2 });
}

function axis({ className }: AxisOptions, marks: readonly Markup[], rest: readonly Markup[]): Markup {
  return element('g', { class: className ? `labels ${className}` : 'labels' }, marks, rest);
}
