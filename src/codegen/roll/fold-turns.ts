import type { Argument, Buffer, BufferId, Call, Port, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import { copyCall } from './copy-call.ts';
import type { Repeat } from './find-repeats.ts';
import { matchTurns, type Role } from './match-turns.ts';
import { type Buffers, rootOf, type Trail, trailsOf } from './trails.ts';

/** The calls of a loop, with what comes before it and the buffers that it needs. */
export interface Folded {
  readonly before: readonly Call[];
  readonly body: readonly Call[];
  readonly turns: number;
  readonly buffers: Buffers;
}

/** The program around a repeat. `loose`: calls that bring a constant into the arena, and could stand anywhere before its readers. */
export interface Surroundings extends Pick<Program, 'calls' | 'inputs' | 'outputs'> {
  readonly loose: readonly Call[];
}

/** The repeated calls as one turn; null where turns hang together in a way that a loop has no place for. */
export function foldTurns(around: Surroundings, buffers: Buffers, repeat: Repeat): Folded | null {
  const matched = matchedIn(around, buffers, repeat);
  if (matched === null) return null;
  const rows = matched.apart;
  if (rows.length === 0) return rewrite(around, buffers, repeat, matched);
  const inRows = rows.reduce<Buffers | null>((all, roots) => all && layInRows(all, roots), buffers);
  const again = inRows && matchedIn(around, inRows, repeat);
  return again && again.apart.length === 0 ? rewrite(around, inRows, repeat, again) : null;
}

interface Matched {
  readonly trails: readonly (readonly Trail[])[];
  readonly roles: ReadonlyMap<Trail, Role>;
  /** Buffers, one for each turn, that have to lie in rows of a larger one. */
  readonly apart: readonly (readonly BufferId[])[];
}

function matchedIn(around: Surroundings, buffers: Buffers, repeat: Repeat): Matched | null {
  const trails = trailsOf(around.calls, buffers, repeat);
  const roles = matchTurns(trails.flat());
  if (roles === null) return null;
  const outside = rootsOutside(around, buffers, repeat);
  const apart = new Map<BufferId, readonly BufferId[]>();
  for (const [trail, { kind }] of roles) {
    const lasts = kind === 'own' && trail.roots.slice(0, -1).some((root) => outside.has(root));
    if (kind === 'apart' || lasts) apart.set(trail.roots[0], trail.roots);
  }
  return { trails, roles, apart: [...apart.values()] };
}

/** Buffers that other calls or the caller see. */
function rootsOutside(
  { calls, loose, inputs, outputs }: Surroundings,
  buffers: Buffers,
  repeat: Repeat,
): Set<BufferId> {
  const { first, period, turns } = repeat;
  const others = [...calls.slice(0, first), ...calls.slice(first + period * turns), ...loose];
  const ids = [...others.flatMap((call) => call.arguments), ...inputs, ...outputs].map(({ buffer }) => buffer);
  return new Set(ids.map((id) => rootOf(buffers, id).root));
}

/** Null for what the caller fills: inputs have places of their own. */
function layInRows(buffers: Buffers, roots: readonly BufferId[]): Buffers | null {
  const rows = roots.map((root) => must(buffers.get(root), 'a buffer'));
  const [{ bytes, name }] = rows;
  if (rows.some((row) => row.role === 'input' || row.role === 'state' || row.bytes !== bytes)) return null;
  const align = Math.max(...rows.map((row) => row.align));
  const stride = Math.ceil(bytes / align) * align;
  const all = new Map(buffers);
  const id = addBuffer(all, {
    bytes: stride * (rows.length - 1) + bytes,
    align,
    role: 'activation',
    name,
    within: null,
  });
  for (const [turn, row] of rows.entries()) all.set(row.id, { ...row, within: { buffer: id, offset: turn * stride } });
  return all;
}

function addBuffer(buffers: Map<BufferId, Buffer>, buffer: Omit<Buffer, 'id'>): BufferId {
  const id = Math.max(-1, ...buffers.keys()) + 1;
  buffers.set(id, { ...buffer, id });
  return id;
}

function rewrite(around: Surroundings, given: Buffers, repeat: Repeat, { trails, roles }: Matched): Folded {
  const { first, period, turns } = repeat;
  const buffers = new Map(given);
  const before: Call[] = [];
  const behind: Call[] = [];
  const states = new Map<Trail, BufferId>();
  const turnOf = (turn: number) => around.calls.slice(first + turn * period, first + (turn + 1) * period);

  const placed = trails.map((own) => own.map((trail) => placeOf(trail, must(roles.get(trail), 'a role'))));
  const body = turnOf(0).map((call, i) =>
    foldCall(
      call,
      Array.from({ length: turns }, (_, t) => turnOf(t)[i]),
      placed[i],
    ),
  );
  return { before, body: [...body, ...behind], turns, buffers };

  function placeOf(trail: Trail, role: Role): Place {
    if (role.kind === 'steady') return { buffer: trail.ids[0], ...(role.stride !== 0 && { stride: role.stride }) };
    // The buffers of the last turn: what follows the loop reads these.
    if (role.kind === 'own') return { buffer: must(trail.ids.at(-1), 'a turn') };
    const { from, offset } = must(role.kind === 'carried' ? role : null, 'a state');
    const state = states.get(from) ?? keepState(trail, from, offset);
    states.set(from, state);
    return { buffer: partOf(state, offset, trail.ids[1]) };
  }

  /** The place of what a turn hands on: where it writes it, if nothing reads the old state after that, else beside it. */
  function keepState(trail: Trail, from: Trail, offset: number): BufferId {
    const written = must(roles.get(from), 'a role');
    const home = written.kind === 'own' ? must(from.roots.at(-1), 'a turn') : from.ids[0];
    const { bytes, align, name } = must(buffers.get(home), 'a buffer');
    const readers = [...roles].filter(([, role]) => role.kind === 'carried' && role.from === from);
    const inPlace = written.kind === 'own' && readers.every(([reader]) => reader.call < from.call);
    const state = inPlace ? home : addBuffer(buffers, { bytes, align, role: 'activation', name, within: null });
    const symbol = (hint: string) => `state${state}_${hint}`;
    const start = { root: trail.roots[0], offset: trail.offsets[0] - offset };
    const constant = around.loose.find((call) => call.arguments[0].buffer === start.root);
    if (constant && start.offset === 0 && buffers.get(start.root)?.bytes === bytes) {
      before.push({ ...constant, symbol: symbol('first'), arguments: [{ ...constant.arguments[0], buffer: state }] });
    } else {
      const source = partOf(start.root, start.offset, home);
      before.push(copyCall(symbol('first'), name, { buffer: source }, state, bytes, 'that the first turn reads'));
    }
    if (!inPlace) {
      const place = written.kind === 'own' ? { buffer: home } : placeOf(from, written);
      behind.push(copyCall(symbol('next'), name, place, state, bytes, 'for the next turn'));
    }
    return state;
  }

  /** A buffer as large as `like` at this offset of another. */
  function partOf(whole: BufferId, offset: number, like: BufferId): BufferId {
    const { bytes, align, role: _, name } = must(buffers.get(like), 'a buffer');
    if (offset === 0 && buffers.get(whole)?.bytes === bytes) return whole;
    return addBuffer(buffers, { bytes, align, role: 'activation', name, within: { buffer: whole, offset } });
  }
}

type Place = Pick<Argument, 'buffer' | 'stride'>;

/** The calls of all turns as one. */
function foldCall(call: Call, turns: readonly Call[], places: readonly Place[]): Call {
  const sum = (count: (call: Call) => number | undefined) => turns.reduce((all, turn) => all + (count(turn) ?? 0), 0);
  const placeOf = (buffer: BufferId) => places[call.arguments.findIndex((argument) => argument.buffer === buffer)];
  const moved = (of: Call, port: Port): Port => {
    const position = of.arguments.findIndex(({ buffer }) => buffer === port.buffer);
    return { ...port, buffer: places[position].buffer };
  };
  const turnOf = (of: Call) => ({
    node: of.node,
    result: of.result && moved(of, of.result),
    ...(of.also && { also: of.also.map((port) => moved(of, port)) }),
  });
  const { work, instructions, decoding, others } = call;
  return {
    ...call,
    ...turnOf(call),
    macs: sum(({ macs }) => macs),
    ...(work && {
      work: Object.fromEntries(Object.entries(work).map(([part, count]) => [part, count * turns.length])),
    }),
    ...(instructions !== undefined && { instructions: sum(({ instructions }) => instructions) }),
    ...(decoding !== undefined && { decoding: sum(({ decoding }) => decoding) }),
    ...(others && { others: others.map((one) => ({ ...one, instructions: one.instructions * turns.length })) }),
    arguments: call.arguments.map((argument, i) => ({ ...argument, ...places[i] })),
    // What moves with the counter keeps its distance to nothing else.
    overlaps: call.overlaps.flatMap(({ read, write, ...rest }) => {
      const [from, to] = [placeOf(read), placeOf(write)];
      return from.stride || to.stride ? [] : [{ ...rest, read: from.buffer, write: to.buffer }];
    }),
    turns: turns.map(turnOf),
  };
}
