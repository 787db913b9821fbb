import { firstFit } from './first-fit.ts';
import { type Packing, packedBytes } from './packing.ts';

export interface Solution {
  readonly bytes: number;
  /** By body. */
  readonly offsets: readonly number[];
  /** The order in which first fit gives these offsets. */
  readonly order: readonly number[];
}

/** How much worse than the current plan, as a part of it, a step may be at first; goes down to 0. */
const TOLERANCE = 0.02;
/** More rounds do not help small packings. */
const MAX_ROUNDS = 50_000;

/**
 * Improves a first-fit order: takes a body that reaches the top, or one that it conflicts with, and puts it elsewhere,
 * mostly earlier. Keeps what is not or little worse; stops at `goal` bytes or after `maxSteps` looks at a conflict.
 */
export function improveOrder(packing: Packing, start: Solution, goal: number, maxSteps: number): Solution {
  let best = start;
  let current = start;
  const random = fixedSequence();
  const stepsPerRound = packing.conflicts.reduce((sum, list) => sum + list.length + 1, 0);
  const rounds = Math.min(MAX_ROUNDS, Math.floor(maxSteps / Math.max(1, stepsPerRound)));
  for (let round = 0; round < rounds && best.bytes > goal; round++) {
    const { order, same } = moveOne(packing, current, random);
    const worse = Math.floor(TOLERANCE * current.bytes * (random(1024) / 1024) * (1 - round / rounds));
    const offsets = firstFit(packing, order, current.bytes + worse, { offsets: current.offsets, count: same });
    if (!offsets) continue;
    current = { bytes: packedBytes(packing, offsets), offsets, order };
    if (current.bytes < best.bytes) best = current;
  }
  return best;
}

interface Moved {
  readonly order: readonly number[];
  /** So many bodies at its beginning are those of before. */
  readonly same: number;
}

function moveOne(packing: Packing, { bytes, offsets, order }: Solution, random: (n: number) => number): Moved {
  const tops = order.filter((body) => offsets[body] + packing.sizes[body] === bytes);
  const top = tops[random(tops.length)];
  const conflicts = packing.conflicts[top];
  const moved = conflicts.length > 0 && random(2) === 0 ? conflicts[random(conflicts.length)].other : top;
  const from = order.indexOf(moved);
  const to = random(4) === 0 ? random(order.length) : random(from + 1);
  return { order: order.toSpliced(from, 1).toSpliced(to, 0, moved), same: Math.min(from, to) };
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
