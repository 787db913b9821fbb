import type { ArenaModel, Life } from './arena-model.ts';
import { type Crowd, restrictCrowds } from './crowds.ts';
import { solveExactly } from './exact.ts';
import { firstFit } from './first-fit.ts';
import { improveOrder, type Solution } from './improve.ts';
import { heuristicOrders } from './orders.ts';
import { type Packing, packedBytes, restrictPacking } from './packing.ts';

export interface Search {
  readonly model: ArenaModel;
  readonly lives: readonly Life[];
  readonly packing: Packing;
  readonly crowds: readonly Crowd[];
  /** Branch and bound is complete on this packing, see canSolveExactly(). */
  readonly exact: boolean;
  /** Lower bound of the arena that is known from the start, bytes. */
  readonly lowerBound: number;
}

export interface Found {
  readonly bytes: number;
  readonly offsets: readonly number[];
  readonly lowerBound: number;
}

/**
 * Heuristics first. While the result is above the lower bound: some local search, then branch and bound on windows of
 * a few calls to raise the bound, then more local search, then branch and bound on everything.
 */
export function searchPlan(search: Search, maxSteps: number): Found {
  const { model, lives, packing, crowds } = search;
  const share = Math.floor(maxSteps / 4);
  const starts = heuristicOrders(model, lives, crowds).map((order) => solve(packing, order));
  let best = starts.sort((a, b) => a.bytes - b.bytes)[0];
  let lowerBound = search.lowerBound;
  best = improveOrder(packing, best, lowerBound, share);
  if (!search.exact) return { ...improveOrder(packing, best, lowerBound, 3 * share), lowerBound };
  lowerBound = raiseBound(search, best.bytes, share);
  best = improveOrder(packing, best, lowerBound, share);
  if (best.bytes === lowerBound) return { ...best, lowerBound };
  const exact = solveExactly(packing, crowds, { upper: best.bytes, lower: lowerBound, maxSteps: share });
  return {
    bytes: exact.bytes,
    offsets: exact.offsets ?? best.offsets,
    lowerBound: exact.exhausted ? exact.bytes : lowerBound,
  };
}

function solve(packing: Packing, order: readonly number[]): Solution {
  const offsets = firstFit(packing, order) ?? [];
  return { bytes: packedBytes(packing, offsets), offsets, order };
}

/** What the bodies of a few neighbouring calls need for themselves, everything needs: wider and wider windows. */
function raiseBound({ packing, crowds, lowerBound }: Search, upper: number, maxSteps: number): number {
  let bound = lowerBound;
  let steps = 0;
  for (let width = 1; width <= crowds.length; width *= 2) {
    for (let start = 0; start + width <= crowds.length && bound < upper; start += Math.ceil(width / 2)) {
      if (steps >= maxSteps) return bound;
      const window = crowds.slice(start, start + width);
      const bodies = [...new Set(window.flatMap((crowd) => crowd.bodies))];
      const limits = { upper, lower: bound, maxSteps: Math.min(Math.ceil(maxSteps / 8), maxSteps - steps) };
      const result = solveExactly(restrictPacking(packing, bodies), restrictCrowds(crowds, bodies), limits);
      steps += result.steps;
      if (result.exhausted) bound = Math.max(bound, result.bytes);
    }
  }
  return bound;
}
