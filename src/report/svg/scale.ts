import { shortBytes, shortNumber } from './numbers.ts';
import { byteTicks, logTicks, niceTicks } from './ticks.ts';

export type Interval = readonly [from: number, to: number];

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Numbers to pixels. */
export interface Scale {
  readonly domain: Interval;
  readonly range: Interval;
  /** Not clamped. */
  at(value: number): number;
  /** About `count` round numbers within the domain. */
  ticks(count: number): readonly Tick[];
}

/** A domain without extent gets one: [5, 5] becomes [5, 6]. `range` may run backwards, as y axes do. */
export function linearScale(domain: Interval, range: Interval, label = shortNumber): Scale {
  return scaleOf(
    domain,
    range,
    (x) => x,
    (min, max, count) => niceTicks(min, max, count),
    label,
  );
}

/** Linear, with ticks at powers of two: '16 KiB'. */
export function byteScale(domain: Interval, range: Interval): Scale {
  return scaleOf(domain, range, (x) => x, byteTicks, shortBytes);
}

/** For a domain above zero. */
export function logScale(domain: Interval, range: Interval, label = shortNumber): Scale {
  return scaleOf(domain, range, Math.log10, (min, max) => logTicks(min, max), label);
}

function scaleOf(
  [from, to]: Interval,
  range: Interval,
  position: (value: number) => number,
  ticks: (min: number, max: number, count: number) => readonly number[],
  label: (value: number) => string,
): Scale {
  const domain: Interval = [from, to === from ? from + 1 : to];
  const [first, last] = domain.map(position);
  return {
    domain,
    range,
    at: (value) => range[0] + ((position(value) - first) / (last - first)) * (range[1] - range[0]),
    ticks: (count) =>
      ticks(Math.min(...domain), Math.max(...domain), count).map((value) => ({ value, label: label(value) })),
  };
}

/** Equal bands for a list of things. */
export interface Bands {
  readonly count: number;
  /** Pixels of one band without its gap. */
  readonly width: number;
  /** Where band `index` begins. */
  start(index: number): number;
  centre(index: number): number;
}

/** `gap`: share of each band that stays free, half of it on either side. */
export function bandScale(count: number, [from, to]: Interval, gap = 0.2): Bands {
  const step = (to - from) / Math.max(1, count);
  return {
    count,
    width: step * (1 - gap),
    start: (index) => from + (index + gap / 2) * step,
    centre: (index) => from + (index + 0.5) * step,
  };
}
