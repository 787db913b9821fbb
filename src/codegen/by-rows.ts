import { consumersOf } from '../ir/graph.ts';
import type { Goal } from '../ir/lowering.ts';
import type { Program } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { chooseSegments, type LayerNeeds, type Segment } from '../schedule/index.ts';
import { must, UserError } from '../support/errors.ts';
import { behindViews, type FedInput } from './fed-input.ts';
import type { Attempt } from './spare-memory.ts';

/** What decides whether layers are computed together, row by row. */
export interface RowOptions {
  /** Whether they may be. Default true. */
  readonly fuse?: boolean;
  /** What the arena may take. Default: no limit. */
  readonly ramBytes?: number;
  /** Whether the image comes row by row and never lies in the arena as a whole. Default false. */
  readonly inputRows?: boolean;
}

/** A try with these layers by rows. */
type TryRows = (segments: readonly Segment[]) => Attempt;

/** Estimates of what segments take are low by what the planner cannot use: so often they are asked for less. */
const MOST_TRIES = 4;

/**
 * A program whose layers are computed together, row by row, where that is asked for: as few of them as bring the arena below the
 * limit; all that make it smaller where the goal is memory, or where nothing else comes near the limit. Else the program as it is.
 * What reads an input that comes by rows goes by rows in any case.
 * @throws UserError UNSUPPORTED where that cannot be
 */
export function byRows(graph: Graph, whole: Attempt, attempt: TryRows, options: Choice): Attempt {
  const { goal, apart, fed, fuse = true, ramBytes = Number.POSITIVE_INFINITY } = options;
  if (!fed && (!fuse || (goal !== 'ram' && whole.plan.arenaBytes <= ramBytes))) return whole;
  const needs = needsOf(whole.program);
  const layers = fed ? behindViews(graph, fed) : graph;
  let best = fed ? null : whole;
  let refused: UserError | null = null;
  let limit = !fuse ? Number.POSITIVE_INFINITY : goal === 'ram' ? 0 : ramBytes;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const segments = chooseSegments(layers, needs, { limit, apart, fed: fed?.value ?? null });
    if (segments.length === 0) break;
    const tried = orRefused(() => attempt(segments));
    if (tried instanceof UserError) {
      if (limit === Number.POSITIVE_INFINITY) refused = tried;
      limit = Number.POSITIVE_INFINITY; // the fewest layers
      continue;
    }
    const { arenaBytes } = tried.plan;
    if (best === null || arenaBytes < best.plan.arenaBytes) best = tried;
    if (goal === 'ram' || arenaBytes <= ramBytes || limit === 0) break;
    limit = tries === MOST_TRIES - 2 ? 0 : limit - (arenaBytes - ramBytes);
  }
  return best ?? refuse(graph, must(fed, 'a segment'), refused);
}

interface Choice extends Omit<RowOptions, 'inputRows'> {
  readonly goal: Goal;
  /** Names of nodes with a kernel of their own. */
  readonly apart: ReadonlySet<string>;
  readonly fed: FedInput | null;
}

function orRefused(attempt: () => Attempt): Attempt | UserError {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function refuse(graph: Graph, { input, value }: FedInput, cause: UserError | null): never {
  const readers = consumersOf(graph, value).map(({ op, name }) => `${op} '${name}' reads it`);
  throw new UserError({
    code: 'UNSUPPORTED',
    message: `the input '${input}' cannot come row by row`,
    because: cause?.problem.because ?? readers,
    hint: 'leave out --input-rows: docs/report.md says which layers can go by rows',
  });
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
