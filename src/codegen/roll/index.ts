import type { BufferId, Call, Loop, Program } from '../../ir/program.ts';
import { findRepeats, kindsOf, LEAST_TURNS, type Repeat } from './find-repeats.ts';
import { type Folded, foldTurns } from './fold-turns.ts';
import { type Buffers, rootOf } from './trails.ts';
import { withUsedBuffers } from './used-buffers.ts';

/**
 * Calls that are made over and over become a loop: the steps of a recurrent layer, of anything that repeats with the same
 * code and the same tables. Places that differ from turn to turn by a constant distance move with the counter; buffers that
 * live within a turn become one; what a turn hands to the next has a place that lives as long as the loop. After planSlices
 * and planConcat, which tell where rows of larger tensors lie; before calls are ordered.
 */
export function rollLoops(program: Program): Program {
  // Constants that are brought into the arena stand in the first turn that reads them.
  const loose = program.calls.filter(isLoose);
  const steady = program.calls.filter((call) => !isLoose(call));
  const kinds = kindsOf({ ...program, calls: steady });
  let buffers: Buffers = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const parts = rollRange(0, steady.length);
  if (parts.every((part) => 'symbol' in part)) return program;
  const { calls, loops } = flatten(withLoose(program, parts, buffers));
  return withUsedBuffers({ ...program, calls, loops }, buffers);

  function rollRange(from: number, to: number): Part[] {
    for (const repeat of findRepeats(kinds, from, to).slice(0, MOST_TRIES)) {
      const folded = foldMost(repeat);
      if (folded === null) continue;
      buffers = folded.buffers;
      const end = repeat.first + repeat.period * folded.turns;
      return [...rollRange(from, repeat.first), folded, ...rollRange(end, to)];
    }
    return steady.slice(from, to);
  }

  /** As many turns from the first on as hang together, as where two layers in a row have the same code. */
  function foldMost(repeat: Repeat): Folded | null {
    const fold = (turns: number) => foldTurns({ ...program, calls: steady, loose }, buffers, { ...repeat, turns });
    let most = fold(repeat.turns);
    if (most !== null) return most;
    for (let turns = LEAST_TURNS; turns < repeat.turns; turns++) {
      const more = fold(turns);
      if (more === null) break;
      most = more;
    }
    return most;
  }
}

/** How many repeats of a stretch are looked at closely; the first ones save most. */
const MOST_TRIES = 100;

/** A call, or a loop with what comes before it. */
type Part = Call | Folded;

function isLoose({ arguments: all }: Call): boolean {
  return all.length === 1 && all[0].access === 'write';
}

function callsOf(part: Part): readonly Call[] {
  return 'symbol' in part ? [part] : [...part.before, ...part.body];
}

/** Constants in front of their first readers; those that nobody reads any more disappear. */
function withLoose({ calls, outputs }: Program, parts: readonly Part[], buffers: Buffers): Part[] {
  const waiting = new Map<BufferId, Call[]>();
  const rootsOf = (places: readonly { readonly buffer: BufferId }[]) =>
    new Set(places.map(({ buffer }) => rootOf(buffers, buffer).root));
  for (const call of calls.filter(isLoose)) {
    for (const root of rootsOf(call.arguments)) waiting.set(root, [...(waiting.get(root) ?? []), call]);
  }
  const take = (roots: ReadonlySet<BufferId>): Call[] =>
    [...roots].flatMap((root) => {
      const taken = waiting.get(root) ?? [];
      waiting.delete(root);
      return taken;
    });
  const placed = parts.flatMap((part) => [...take(rootsOf(callsOf(part).flatMap((call) => call.arguments))), part]);
  return [...placed, ...take(rootsOf(outputs))];
}

function flatten(parts: readonly Part[]): { calls: Call[]; loops: Loop[] } {
  const calls: Call[] = [];
  const loops: Loop[] = [];
  for (const part of parts) {
    if ('symbol' in part) {
      calls.push(part);
      continue;
    }
    calls.push(...part.before);
    loops.push({ first: calls.length, calls: part.body.length, turns: part.turns });
    calls.push(...part.body);
  }
  return { calls, loops };
}
