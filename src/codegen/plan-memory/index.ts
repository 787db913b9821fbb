import type { BufferId, MemoryPlan, Program } from '../../ir/program.ts';
import { type ArenaModel, findLives, modelArena } from './arena-model.ts';
import { type Bound, boundArena } from './bound.ts';
import { isCrowded, planByTime } from './by-time.ts';
import { findCrowds } from './crowds.ts';
import { canSolveExactly } from './exact.ts';
import { findPacking } from './packing.ts';
import { type Search, searchPlan } from './search.ts';

export interface PlanOptions {
  /** Looks at one buffer that the search may take: more steps, smaller arena. Default 40 million, under a second. */
  readonly maxSteps?: number;
}

/**
 * Gives every buffer its offset in the arena, so that no two overlap while both hold something needed - except where
 * a call allows its result to run after a dying input (Overlap).
 *
 * A buffer lives from the first call that touches it to the last; inputs from before the first call, outputs to after
 * the last. Slices lie in their parent; bytes of a parent live as long as any slice that covers them.
 * A buffer that nothing uses gets offset 0 and no memory.
 *
 * `lowerBoundBytes` is the largest need of one call, or more when the search proved it by trying everything.
 * Same program, same plan: the search counts steps, not time. Where hundreds of buffers are alive together there is no
 * search, but one walk over time.
 */
export function planMemory(program: Program, { maxSteps = 40_000_000 }: PlanOptions = {}): MemoryPlan {
  const model = modelArena(program);
  const lives = findLives(model);
  const bound = boundArena(model, lives);
  if (isCrowded(lives)) return planOf(model, { ...planByTime(model, lives), lowerBound: bound.bytes }, bound);
  const packing = findPacking(model, lives);
  const search: Search = {
    model,
    lives,
    packing,
    crowds: findCrowds(model, lives),
    exact: canSolveExactly(model, lives, packing),
    lowerBound: Math.max(bound.bytes, ...packing.sizes),
  };
  return planOf(model, searchPlan(search, maxSteps), bound);
}

function planOf(
  { places }: ArenaModel,
  found: { readonly offsets: readonly number[]; readonly bytes: number; readonly lowerBound: number },
  bound: Bound,
): MemoryPlan {
  const offsets = new Map<BufferId, number>();
  for (const [id, { body, offset }] of places) offsets.set(id, Math.max(0, found.offsets[body] ?? 0) + offset);
  return { offsets, arenaBytes: found.bytes, lowerBoundBytes: found.lowerBound, peakCall: bound.call };
}
