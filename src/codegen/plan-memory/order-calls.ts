import type { Program } from '../../ir/program.ts';
import { type ArenaModel, modelArena } from './arena-model.ts';
import { boundArena, sharedBytes } from './bound.ts';
import { asCalls, groupsOf, inOrder } from './groups.ts';
import { type PlanOptions, planMemory } from './index.ts';
import { pieceBytes } from './pieces.ts';

/** A set of calls that can come first, and the best way found to run them. */
interface Start {
  /** Bit c % 16 of word c / 16: call c is among them. */
  readonly done: Uint16Array;
  /** The last of them, and the start without it. */
  readonly last: number;
  readonly before: Start | null;
  /** Most bytes that one of these calls needs. */
  readonly peak: number;
  /** Bytes that are alive between these calls and the rest. */
  readonly alive: number;
  /** The calls that can come next, in the order of the program. */
  readonly ready: readonly number[];
}

/** Starts kept per length times calls, and tries. */
const MAX_STARTS = 10_000;
const MAX_ROUNDS = 8;
/** What all tries together may cost, in words written: they bound the time, a second or two for the widest graphs. */
const MAX_WORDS = 20_000_000;
const WORDS_PER_START = 50;

/**
 * Reorders calls so that the call that needs most memory needs less. Two calls that touch the same bytes keep their
 * order unless both only read. The program comes back as it was unless its plan really becomes smaller.
 *
 * Starts grow by one call at a time; of two that consist of the same calls only the one with the lower peak can lead
 * to the best order. That is exact as long as no length has more than MAX_STARTS / calls starts. Then it is a beam of
 * those that leave least alive, and every order found lowers the limit for another try. Graphs that are too wide for
 * that keep the order they have. A loop moves as one call, with all its memory at once.
 */
export function orderCalls(program: Program, options: PlanOptions = {}): Program {
  const groups = groupsOf(program);
  const model = modelArena(asCalls(program, groups));
  const budget = { words: MAX_WORDS };
  let best: FoundOrder | null = null;
  for (let round = 0; round < MAX_ROUNDS && !best?.exact; round++) {
    const found = findOrder(model, best?.peak ?? boundArena(model).bytes, budget);
    if (!found) break;
    best = found;
  }
  if (!best) return program;
  const reordered = inOrder(
    program,
    best.calls.map((group) => groups[group]),
  );
  return planMemory(reordered, options).arenaBytes < planMemory(program, options).arenaBytes ? reordered : program;
}

interface FoundOrder {
  readonly calls: readonly number[];
  readonly peak: number;
  /** No order has a lower peak. */
  readonly exact: boolean;
}

/** An order whose peak is below `limit` bytes, or null: there is none, or the budget does not last. */
function findOrder(model: ArenaModel, limit: number, budget: { words: number }): FoundOrder | null {
  const { callCount } = model;
  if (leastPeak(model) >= limit) return null;
  const earlier = findDependencies(model);
  const later = inverse(earlier);
  const touched = findTouched(model);
  const maxStarts = Math.max(64, Math.floor(MAX_STARTS / Math.max(1, callCount)));
  let exact = true;
  const done = new Uint16Array(Math.ceil(callCount / 16));
  const first = earlier.flatMap(({ length }, call) => (length === 0 ? [call] : []));
  let starts: Start[] = [{ done, last: -1, before: null, peak: 0, alive: inputBytes(model), ready: first }];
  for (let length = 0; length < callCount && starts.length > 0; length++) {
    const longer = new Map<string, Start>();
    for (const start of starts) {
      budget.words -= (done.length + WORDS_PER_START) * start.ready.length;
      if (budget.words < 0) return null;
      for (const call of start.ready) {
        const next = append(model, touched[call], start, call);
        if (next.peak >= limit) continue;
        const key = String.fromCharCode(...next.done);
        const known = longer.get(key);
        if (!known || next.peak < known.peak) longer.set(key, next);
      }
    }
    let kept = [...longer.values()];
    if (kept.length > maxStarts) {
      // Sorting is stable: among equals the order closest to the original one stays in front.
      kept = kept.sort((a, b) => a.alive - b.alive || a.peak - b.peak).slice(0, maxStarts);
      exact = false;
    }
    starts = kept.map((start) => ({ ...start, ready: readyAfter(start, earlier, later) }));
  }
  return starts.length === 0 ? null : { calls: callsOf(starts[0]), peak: starts[0].peak, exact };
}

/** What no order can do without: the inputs at the start, the outputs at the end. */
function leastPeak({ pieces }: Pick<ArenaModel, 'pieces'>): number {
  const outputs = pieces.filter(({ output }) => output);
  return Math.max(
    inputBytes({ pieces }),
    outputs.reduce((sum, piece) => sum + pieceBytes(piece), 0),
  );
}

function isDone({ done }: Start, call: number): boolean {
  return ((done[call >> 4] >> (call & 15)) & 1) === 1;
}

/** Without the call that came last, with those that waited for it alone. */
function readyAfter(start: Start, earlier: readonly number[][], later: readonly number[][]): number[] {
  const others = start.ready.filter((call) => call !== start.last);
  const freed = later[start.last].filter((call) => earlier[call].every((other) => isDone(start, other)));
  return freed.length === 0 ? others : [...others, ...freed].sort((a, b) => a - b);
}

function append({ pieces, shares }: ArenaModel, touched: readonly number[], start: Start, call: number): Start {
  const size = (list: readonly number[]): number => list.reduce((sum, piece) => sum + pieceBytes(pieces[piece]), 0);
  const born = touched.filter((p) => !pieces[p].input && pieces[p].uses.every((use) => !isDone(start, use.call)));
  const dead = touched.filter(
    (p) => !pieces[p].output && pieces[p].uses.every((use) => use.call === call || isDone(start, use.call)),
  );
  const usable = shares[call].filter(({ read, write }) => dead.includes(read) && born.includes(write));
  const during = start.alive + size(born);
  const peak = Math.max(start.peak, during - sharedBytes(usable, pieces));
  const done = start.done.slice();
  done[call >> 4] |= 1 << (call & 15);
  return { done, last: call, before: start, peak, alive: during - size(dead), ready: start.ready };
}

function callsOf(start: Start): number[] {
  return start.before === null ? [] : [...callsOf(start.before), start.last];
}

/** Only inputs that somebody still needs. */
function inputBytes({ pieces }: Pick<ArenaModel, 'pieces'>): number {
  const needed = pieces.filter(({ input, output, uses }) => input && (output || uses.length > 0));
  return needed.reduce((sum, piece) => sum + pieceBytes(piece), 0);
}

/**
 * Per call the calls that must come right before it: they touch the same bytes, and one of the two changes them. Uses
 * that may change places (reads, scratch) are a group; each use of a group waits for all of the group before.
 */
function findDependencies({ pieces, callCount }: ArenaModel): number[][] {
  const earlier = Array.from({ length: callCount }, () => new Set<number>());
  for (const { uses } of pieces) {
    let access: string | null = null;
    let [before, group]: [number[], number[]] = [[], []];
    for (const use of uses) {
      if (use.argument.access !== access || access === 'write') [before, group] = [group, []];
      access = use.argument.access;
      group.push(use.call);
      for (const call of before) if (call !== use.call) earlier[use.call].add(call);
    }
  }
  return earlier.map((set) => [...set]);
}

function inverse(earlier: readonly number[][]): number[][] {
  const later: number[][] = earlier.map(() => []);
  earlier.forEach((calls, call) => {
    for (const other of calls) later[other].push(call);
  });
  return later;
}

/** Per call: the pieces it touches. */
function findTouched({ pieces, callCount }: ArenaModel): number[][] {
  const touched = Array.from({ length: callCount }, () => new Set<number>());
  pieces.forEach(({ uses }, piece) => {
    for (const { call } of uses) touched[call].add(piece);
  });
  return touched.map((set) => [...set]);
}
