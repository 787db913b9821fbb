import type { BufferId, Call, Program } from '../../ir/program.ts';

/** Calls first .. first + period * turns - 1 are the same `period` calls over and over, but for their places in the arena. */
export interface Repeat {
  readonly first: number;
  readonly period: number;
  readonly turns: number;
}

/** What is repeated less often stays as it is. */
export const LEAST_TURNS = 3;

/** Calls that a loop must save: a counter, and places that are computed, take as much as a few calls. */
const LEAST_SAVED = 6;

/** All repeats among calls from .. to - 1 of a program, those first that save most calls. `kinds`: one number for each call. */
export function findRepeats(kinds: readonly number[], from: number, to: number): Repeat[] {
  const found: Repeat[] = [];
  for (let period = 1; period * LEAST_TURNS <= to - from; period++) {
    let equal = 0;
    for (let i = from; i + period <= to; i++) {
      if (i + period < to && kinds[i] === kinds[i + period]) equal++;
      else {
        found.push(...phases(i - equal, period, equal));
        equal = 0;
      }
    }
  }
  return found.sort((a, b) => savedBy(b) - savedBy(a) || a.period - b.period || a.first - b.first);
}

function savedBy({ period, turns }: Repeat): number {
  return period * (turns - 1);
}

/** `equal` calls from `start` on are as those a period later: where turns begin is open. */
function phases(start: number, period: number, equal: number): Repeat[] {
  const shifts = Array.from({ length: Math.min(period, equal + 1) }, (_, shift) => shift);
  return shifts
    .map((shift) => ({ first: start + shift, period, turns: Math.floor((equal - shift) / period) + 1 }))
    .filter((repeat) => repeat.turns >= LEAST_TURNS && savedBy(repeat) >= LEAST_SAVED);
}

/** Equal numbers for calls that differ in nothing but the places they work on and the values these hold. */
export function kindsOf({ calls, buffers }: Pick<Program, 'calls' | 'buffers'>): number[] {
  const byId = new Map(buffers.map((buffer) => [buffer.id, buffer]));
  const numbers = new Map<string, number>();
  return calls.map((call, index) => {
    // A call that may end the run stands alone.
    if (call.limit) return -1 - index;
    const key = JSON.stringify(kindOf(call, (id) => byId.get(id)?.bytes ?? 0));
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function kindOf(call: Call, bytesOf: (id: BufferId) => number) {
  const { op, template, params, kernel, reading, instances, requantization, constants, macs, result, also } = call;
  const position = (id: BufferId) => call.arguments.findIndex(({ buffer }) => buffer === id);
  return {
    code: [op, template, params, kernel, reading, instances, requantization, constants, macs],
    arguments: call.arguments.map(({ name, ctype, access, buffer }) => [name, ctype, access, bytesOf(buffer)]),
    // One buffer in two arguments is so in every turn.
    same: call.arguments.map(({ buffer }) => position(buffer)),
    overlaps: call.overlaps.map(({ read, write, ...rest }) => ({
      ...rest,
      read: position(read),
      write: position(write),
    })),
    results: [result, ...(also ?? [])].map((port) => port && [position(port.buffer), port.type, port.storage]),
  };
}
