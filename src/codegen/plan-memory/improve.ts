import { firstFit } from './first-fit.ts';
import { type Packing, packedBytes } from './packing.ts';

export interface Solution {
  readonly bytes: number;
  /** By body. */
  readonly offsets: readonly number[];
  /** The order in which first fit gives these offsets. */
  readonly order: readonly number[];
}

/**
 * Improves a first-fit order: takes a body that reaches the top, or one that it conflicts with, and puts it elsewhere,
 * mostly earlier. Keeps what is not worse; stops at `goal` bytes or after `maxSteps` placements.
 */
export function improveOrder(packing: Packing, start: Solution, goal: number, maxSteps: number): Solution {
  let best = start;
  const random = fixedSequence();
  const rounds = Math.floor(maxSteps / Math.max(1, start.order.length));
  for (let round = 0; round < rounds && best.bytes > goal; round++) {
    const order = moveOne(packing, best, random);
    const offsets = firstFit(packing, order, best.bytes);
    if (offsets) best = { bytes: packedBytes(packing, offsets), offsets, order };
  }
  return best;
}

function moveOne(packing: Packing, { bytes, offsets, order }: Solution, random: (n: number) => number): number[] {
  const tops = order.filter((body) => offsets[body] + packing.sizes[body] === bytes);
  const top = tops[random(tops.length)];
  const conflicts = packing.conflicts[top];
  const moved = conflicts.length > 0 && random(2) === 0 ? conflicts[random(conflicts.length)].other : top;
  const from = order.indexOf(moved);
  const to = random(4) === 0 ? random(order.length) : random(from + 1);
  return order.toSpliced(from, 1).toSpliced(to, 0, moved);
}

/** Integers 0 .. n-1 from xorshift32 with a fixed start: the same program gets the same plan. */
function fixedSequence(): (n: number) => number {
  let state = 0x9e3779b9;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}
