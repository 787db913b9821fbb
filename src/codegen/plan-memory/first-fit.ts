import type { Conflict, Packing } from './packing.ts';

/** Offsets of an order that begins with the same `count` bodies: first fit would give them the same again. */
export interface Begun {
  readonly offsets: readonly number[];
  readonly count: number;
}

/**
 * Places bodies in the given order, each as low as those before it allow.
 * Returns null as soon as the arena would exceed `limit` bytes, which those begun with do not.
 */
export function firstFit(
  packing: Packing,
  order: readonly number[],
  limit = Infinity,
  begun: Begun = { offsets: [], count: 0 },
): number[] | null {
  const { sizes, aligns, conflicts } = packing;
  const offsets = new Array<number>(sizes.length).fill(-1);
  for (const body of order.slice(0, begun.count)) offsets[body] = begun.offsets[body];
  for (const body of order.slice(begun.count)) {
    const offset = lowestOffset(conflicts[body], aligns[body], offsets);
    if (offset + sizes[body] > limit) return null;
    offsets[body] = offset;
  }
  return offsets;
}

/** `offsets` holds -1 for bodies that are not placed yet. */
function lowestOffset(conflicts: readonly Conflict[], align: number, offsets: readonly number[]): number {
  const lows: number[] = [];
  const highs: number[] = [];
  for (const { other, gaps } of conflicts) {
    const base = offsets[other];
    if (base < 0) continue;
    for (const gap of gaps) {
      if (base + gap.high <= 0) continue;
      // Insertion sort by low: there are few.
      let at = lows.length;
      for (; at > 0 && lows[at - 1] > base + gap.low; at--) {
        lows[at] = lows[at - 1];
        highs[at] = highs[at - 1];
      }
      lows[at] = base + gap.low;
      highs[at] = base + gap.high;
    }
  }
  let offset = 0;
  for (let index = 0; index < lows.length && lows[index] < offset; index++) {
    if (highs[index] > offset) offset = alignUp(highs[index], align);
  }
  return offset;
}

export function alignUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}
