import type { Goal } from '../ir/lowering.ts';
import type { Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { chooseSegments, type LayerNeeds, type Segment } from '../schedule/index.ts';
import type { Attempt } from './spare-memory.ts';

/** What decides whether layers are computed together, row by row. */
export interface RowOptions {
  /** Whether they may be. Default true. */
  readonly fuse?: boolean;
  /** What the arena may take. Default: no limit. */
  readonly ramBytes?: number;
}

/** A try with these layers by rows. */
type TryRows = (segments: readonly Segment[]) => Attempt;

/** Estimates of what segments take are low by what the planner cannot use: so often they are asked for less. */
const MOST_TRIES = 4;

/**
 * A program whose layers are computed together, row by row, where that is asked for: as few of them as bring the arena below the
 * limit; all that make it smaller where the goal is memory, or where nothing else comes near the limit. Else the program as it is.
 */
export function byRows(
  graph: Graph,
  whole: Attempt,
  attempt: TryRows,
  {
    goal,
    apart,
    fuse = true,
    ramBytes = Number.POSITIVE_INFINITY,
  }: RowOptions & { goal: Goal; apart: ReadonlySet<string> },
): Attempt {
  if (!fuse || (goal !== 'ram' && whole.plan.arenaBytes <= ramBytes)) return whole;
  const needs = needsOf(whole.program);
  let best = whole;
  let limit = goal === 'ram' ? 0 : ramBytes;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const segments = chooseSegments(graph, needs, { limit, apart });
    if (segments.length === 0) break;
    const tried = attempt(segments);
    const { arenaBytes } = tried.plan;
    if (arenaBytes < best.plan.arenaBytes) best = tried;
    if (goal === 'ram' || arenaBytes <= ramBytes || limit === 0) break;
    limit = tries === MOST_TRIES - 2 ? 0 : limit - (arenaBytes - ramBytes);
  }
  return best;
}

/** What the layers of a program take by themselves. */
function needsOf({ calls, buffers }: Program): LayerNeeds {
  const byNode = new Map(calls.map((call) => [call.node, call]));
  return {
    scratch: ({ name }) =>
      (byNode.get(name)?.arguments ?? []).reduce(
        (sum, { access, buffer }) => sum + (access === 'scratch' ? buffers[buffer].bytes : 0),
        0,
      ),
    overlap(node, input) {
      const call = byNode.get(node.name);
      if (!call) return 0; // a view
      return call.overlaps.find(({ read }) => buffers[read].name === input)?.distance ?? null;
    },
  };
}
