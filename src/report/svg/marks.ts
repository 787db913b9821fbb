import { coordinate, element, type Markup } from './markup.ts';

/** A point in pixels. */
export type Point = readonly [x: number, y: number];

export interface MarkOptions {
  /** 's1' .. 's6' (see palette.ts), with modifiers. */
  readonly className: string;
  /** Shown on hover; lines are separated by '\n'. */
  readonly title?: string;
}

/** A box between two corners, in any order. */
export function rect([x1, y1]: Point, [x2, y2]: Point, { className, title }: MarkOptions): Markup {
  const box = { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
  return element('rect', { class: className, ...box }, hover(title));
}

export function dot([cx, cy]: Point, r: number, { className, title }: MarkOptions): Markup {
  return element('circle', { class: className, cx, cy, r }, hover(title));
}

export function line([x1, y1]: Point, [x2, y2]: Point, { className, title }: MarkOptions): Markup {
  return element('line', { class: className, x1, y1, x2, y2 }, hover(title));
}

export function polyline(points: readonly Point[], { className, title }: MarkOptions): Markup {
  const path = points.map((point) => point.map(coordinate).join(',')).join(' ');
  return element('polyline', { class: className, points: path }, hover(title));
}

function hover(title: string | undefined): Markup | null {
  return title === undefined ? null : element('title', {}, title);
}
