import { type Child, element, type Markup } from './markup.ts';
import type { Interval } from './scale.ts';

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Pixels of a plot that takes the whole width of a page. */
export const FULL_WIDTH = 1200;

/** A picture and the box within it that is free for data; pixels at full width, smaller where the page is narrow. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The box's extent as ranges of scales; y grows upwards. */
  readonly x: Interval;
  readonly y: Interval;
}

export function frame(width: number, height: number, margins: Margins): Frame {
  const [left, right, top, bottom] = [margins.left, width - margins.right, margins.top, height - margins.bottom];
  return { width, height, left, right, top, bottom, x: [left, right], y: [bottom, top] };
}

/** The SVG element. `title` says to screen readers what it shows. */
export function plot({ width, height }: Frame, title: string, ...children: readonly Child[]): Markup {
  const attributes = { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': title };
  return element('svg', { class: 'plot', ...attributes }, ...children);
}
