import type { ValueName } from '../../ir/types.ts';
import type { RawGraph } from '../border/raw-model.ts';
import { codeOf } from '../data-types.ts';
import { asScalar, countNodes, type Site, select, stacked, Undecided, whole } from './site.ts';

/** A body that is run over and over. */
export interface Turns {
  readonly body: RawGraph;
  /** How many turns there are: a number, a computed int64, or null: as many as the condition says. */
  readonly count: number | ValueName | null;
  /** Whether the first turn is made. */
  readonly condition: Condition;
  /** What a turn hands to the next. */
  readonly states: readonly ValueName[];
  turn(index: number, states: readonly ValueName[]): Promise<Turn>;
}

/** Known, or a computed scalar. */
export type Condition = boolean | ValueName;

export interface Turn {
  /** Whether there is another one. */
  readonly condition: Condition;
  readonly states: readonly ValueName[];
  /** One each for the results that grow with the turns. */
  readonly rows: readonly ValueName[];
}

export interface Unrolled extends Pick<Turn, 'states'> {
  /** By turn. */
  readonly rows: readonly Turn['rows'][];
  /** 0, 1, 2 ...: the rows of turns that are made; null: all of them. */
  readonly places: ValueName | null;
}

/** Turns of a loop whose end is known, but not how far it is. */
const MOST_TURNS = 2000;

/** Nodes of all turns together: far beyond what repeats in real models, and compiled in minutes. */
const MOST_NODES = 50_000;

/**
 * The turns one behind the other. Where it is known how many they are, that is all. Where it is computed, as many as fit are there,
 * and a turn that is not made hands on what it got; a run that needs more of them ends with an overflow.
 */
export async function unroll(site: Site, turns: Turns): Promise<Unrolled> {
  const { count, condition, states: first, turn } = turns;
  const total = typeof count === 'string' ? await heldTo(site, count, limitOf(site, turns, condition)) : null;
  let left = total?.count ?? null;
  let made: number | ValueName = 0;
  let alive = condition;
  let isComputed = typeof alive === 'string';
  let states = first;
  const rows: Turn['rows'][] = [];
  const series = first.map((state) => [state]);
  while (alive !== false && rows.length < limitOf(site, turns, alive)) {
    const goes = both(site, alive, left === null || site.add('Greater', [left, whole(site, 0)]));
    const next = await turn(rows.length, states);
    states = typeof goes === 'string' ? await handedOn(site, goes, next.states, states) : next.states;
    rows.push(next.rows);
    for (const [i, state] of states.entries()) series[i]!.push(state);
    made = typeof goes === 'string' ? plus(site, made, goes) : Number(made) + 1;
    alive = alive === true && next.condition === true ? true : both(site, goes, next.condition);
    isComputed ||= typeof alive === 'string';
    left = left && site.add('Sub', [left, whole(site, 1)]);
  }
  for (const values of series) site.series(values);
  if (alive === true && count === null) throw new Undecided(`its condition does not end it within ${MOST_TURNS} turns`);
  if (!isComputed) return { states, rows, places: total?.places ?? null };
  if (typeof alive === 'string' && (count === null || rows.length < Number(count))) {
    const needed = await heldTo(site, plus(site, made, alive), rows.length);
    return { states: states.map((state) => tied(site, state, needed.count)), rows, places: needed.places };
  }
  return { states, rows, places: typeof made === 'string' ? site.places(made, rows.length) : null };
}

/** The most turns there can be. */
function limitOf(site: Site, { count, body }: Turns, alive: Condition): number {
  const most = boundOf(site, count, alive);
  const nodes = Math.max(1, countNodes(body));
  if (most === MOST_TURNS || most * nodes <= MOST_NODES) return most;
  throw new Undecided(`${most} turns of ${nodes} nodes are more than ${MOST_NODES} nodes`);
}

function boundOf({ capacity }: Site, count: Turns['count'], alive: Condition): number {
  if (typeof count === 'number') return alive === true ? count : Math.min(count, capacity ?? count);
  if (count === null && alive === true) return MOST_TURNS;
  if (capacity !== null) return capacity;
  if (count !== null) throw new Undecided('how many turns it makes is computed', [count], true);
  throw new Undecided('a computed condition ends it', [String(alive)], true);
}

/** The count, none where it is negative, and an overflow of the run where more are needed than fit. */
async function heldTo(site: Site, count: ValueName, most: number): Promise<{ count: ValueName; places: ValueName }> {
  const scalar = await asScalar(site, count, 'count');
  const places = site.places(scalar, most);
  return { places, count: await asScalar(site, site.add('Shape', [places]), 'count') };
}

function both(site: Site, a: Condition, b: Condition): Condition {
  if (a === false || b === false) return false;
  if (a === true) return b;
  return b === true ? a : site.add('And', [a, b]);
}

function plus(site: Site, made: number | ValueName, goes: ValueName): ValueName {
  const one = site.add('Cast', [goes], { to: codeOf('i64') });
  return site.add('Add', [typeof made === 'string' ? made : whole(site, made), one]);
}

async function handedOn(site: Site, goes: ValueName, states: readonly ValueName[], before: readonly ValueName[]) {
  const why = 'a state changes its type or shape from turn to turn, and how many turns it makes is computed';
  const handed: ValueName[] = [];
  for (const [i, state] of states.entries()) {
    handed.push(await select(site, goes, [state, before[i]!], new Undecided(why, [goes])));
  }
  return handed;
}

/** The value, which no result can have without the count and its check. */
function tied(site: Site, value: ValueName, count: ValueName): ValueName {
  const fits = site.add('GreaterOrEqual', [count, whole(site, 0)]);
  return site.add('Where', [fits, value, value]);
}

/** The rows of result `i` as one tensor; null where no turn is made. */
export function grown(
  site: Site,
  { rows, places }: Unrolled,
  i: number,
  axis = 0,
  backwards = false,
): ValueName | null {
  const own = rows.map((turn) => turn[i]!);
  if (own.length === 0) return null;
  if (backwards && places !== null)
    throw new Undecided('it writes a result backwards, and how many turns it makes is computed');
  const all = stacked(site, backwards ? own.reverse() : own, axis);
  return places === null ? all : site.add('Gather', [all, places], { axis });
}
