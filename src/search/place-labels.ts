import type { Point } from '../report/svg/marks.ts';
import type { Frame } from '../report/svg/plot.ts';

export interface PlacedLabel {
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Width of a character and height of a line, in pixels. */
const CHARACTER = 6.6;
const LINE = 13;
const GAP = 9;

/** A place beside each point where its words cover no other point or label, none of `others` and no border. */
export function placeLabels(
  points: readonly Point[],
  words: readonly string[],
  frame: Frame,
  others: readonly Box[] = [],
): PlacedLabel[] {
  const dots: Box[] = points.map(([x, y]) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const taken = [...dots, ...others];
  return points.map(([x, y], i) => {
    const candidates: PlacedLabel[] = [1, 2, 3].flatMap((far): PlacedLabel[] => [
      { x: x + GAP * far, y: y + 4, anchor: 'start' },
      { x: x - GAP * far, y: y + 4, anchor: 'end' },
      { x, y: y - GAP * far, anchor: 'middle' },
      { x, y: y + GAP * far + 9, anchor: 'middle' },
      { x: x + GAP * far, y: y - GAP * far + 4, anchor: 'start' },
      { x: x + GAP * far, y: y + GAP * far + 4, anchor: 'start' },
    ]);
    const cost = (label: PlacedLabel) => {
      const box = boxOf(label, words[i]);
      const outside = box.left < frame.left || box.right > frame.width || box.top < 0 || box.bottom > frame.bottom;
      return taken.filter((other, o) => o !== i && overlap(box, other)).length + (outside ? 10 : 0);
    };
    const costs = candidates.map(cost);
    const best = candidates[costs.indexOf(Math.min(...costs))];
    taken.push(boxOf(best, words[i]));
    return best;
  });
}

function boxOf({ x, y, anchor }: PlacedLabel, words: string): Box {
  const width = words.length * CHARACTER;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE + 2, bottom: y + 3 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
