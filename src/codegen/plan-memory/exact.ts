import type { ArenaModel, Life } from './arena-model.ts';
import type { Crowd } from './crowds.ts';
import { alignUp } from './first-fit.ts';
import type { Packing } from './packing.ts';

export interface ExactResult {
  /** Best plan under `upper` bytes, or null when none was found. */
  readonly offsets: readonly number[] | null;
  readonly bytes: number;
  /** The whole tree was searched: nothing is smaller than `bytes`. */
  readonly exhausted: boolean;
  readonly steps: number;
}

/**
 * Branch and bound. In any plan every conflict says which of two bodies is above the other; pushing all bodies down
 * as far as that allows gives a plan that is no larger. So it is enough to stack the bodies one by one, each above
 * all earlier ones it conflicts with, in every order - of the orders that give one plan only the one that takes the
 * lowest free body next (ties: by number).
 * This holds when "above" has no cycles, see canSolveExactly().
 *
 * Finds a plan smaller than `upper` bytes; one of `lower` bytes ends the search, as do `maxSteps` looks at a body.
 */
export function solveExactly(
  packing: Packing,
  crowds: readonly Crowd[],
  { upper, lower, maxSteps }: { upper: number; lower: number; maxSteps: number },
): ExactResult {
  const { sizes, aligns, conflicts } = packing;
  const count = sizes.length;
  const neighbours = conflicts.map((list) => new Set(list.map((conflict) => conflict.other)));
  const earliest = new Array<number>(count).fill(0);
  const placed = new Array<boolean>(count).fill(false);
  let offsets: number[] | null = null;
  let bytes = upper;
  // A step is a look at one body; every placement looks at all bodies and all crowds.
  const stepsPerPlacement = crowds.reduce((sum, crowd) => sum + crowd.bodies.length, count);
  let steps = 0;

  const exhausted = count === 0 || descend(count, -1, 0);
  return { offsets, bytes, exhausted, steps };

  /** False when the search had to stop. A placed body keeps its offset in `earliest`. */
  function descend(left: number, last: number, top: number): boolean {
    if (left === 0) {
      offsets = [...earliest];
      bytes = top;
      return true;
    }
    if (isHopeless(packing, crowds, placed, earliest, bytes)) return true;
    const next = [];
    for (let body = 0; body < count; body++) if (!placed[body] && isNext(body, last)) next.push(body);
    next.sort((a, b) => earliest[a] - earliest[b] || sizes[b] - sizes[a] || a - b);
    for (const body of next) {
      if (bytes <= lower) return true;
      if (steps >= maxSteps) return false;
      steps += stepsPerPlacement;
      const before = stack(body);
      placed[body] = true;
      const complete = descend(left - 1, body, Math.max(top, earliest[body] + sizes[body]));
      placed[body] = false;
      for (const [other, offset] of before) earliest[other] = offset;
      if (!complete) return false;
    }
    return true;
  }

  /** Of two bodies that do not touch the lower one goes first. */
  function isNext(body: number, last: number): boolean {
    if (last < 0 || neighbours[last].has(body)) return true;
    return earliest[body] > earliest[last] || (earliest[body] === earliest[last] && body > last);
  }

  /** Lifts what must now lie above `body`; returns the old values. */
  function stack(body: number): [number, number][] {
    const before: [number, number][] = [];
    for (const { other, gaps } of conflicts[body]) {
      const floor = alignUp(Math.max(0, earliest[body] - gaps[0].low), aligns[other]);
      if (placed[other] || floor <= earliest[other]) continue;
      before.push([other, earliest[other]]);
      earliest[other] = floor;
    }
    return before;
  }
}

/** Whoever is left at a moment lies above the lowest of their floors, one over the other but for what they share. */
function isHopeless(
  { sizes }: Packing,
  crowds: readonly Crowd[],
  placed: readonly boolean[],
  earliest: readonly number[],
  bytes: number,
): boolean {
  for (let body = 0; body < sizes.length; body++) {
    if (!placed[body] && earliest[body] + sizes[body] >= bytes) return true;
  }
  for (const crowd of crowds) {
    let floor = Infinity;
    let sum = 0;
    for (let index = 0; index < crowd.bodies.length; index++) {
      const body = crowd.bodies[index];
      if (placed[body]) continue;
      floor = Math.min(floor, earliest[body]);
      sum += crowd.bytes[index];
    }
    for (const share of crowd.shared) if (!placed[share.read] && !placed[share.write]) sum -= share.bytes;
    if (sum > 0 && floor + sum >= bytes) return true;
  }
  return false;
}

/**
 * True when each body lives as a whole and two bodies have one gap. Then conflicts are the edges of an interval graph,
 * a cycle of "above" would contain a cycle of three bodies that live in one call, and that cannot close: only a write
 * over its dying read has a step of less than a body's size, downwards by less than the size of that read, and the
 * way back leads over the whole read.
 */
export function canSolveExactly({ bodies, pieces }: ArenaModel, lives: readonly Life[], packing: Packing): boolean {
  const covered = bodies.map(() => 0);
  const first = new Map<number, Life>();
  const whole = pieces.every(({ body, start, end }, piece) => {
    covered[body] += end - start;
    const life = first.get(body) ?? lives[piece];
    first.set(body, life);
    return life.born === lives[piece].born && life.dies === lives[piece].dies;
  });
  const full = bodies.every((body, index) => covered[index] === 0 || covered[index] === body.bytes);
  return whole && full && packing.conflicts.every((list) => list.every((conflict) => conflict.gaps.length === 1));
}
