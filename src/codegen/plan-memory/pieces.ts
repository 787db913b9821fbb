import { loopAt } from '../../ir/loops.ts';
import type { Argument, BufferId, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { Body, Place } from './places.ts';

/** A run of bytes of one body that exactly the same buffers cover, so that it lives and dies as one. */
export interface Piece {
  /** Index into the list of bodies. */
  readonly body: number;
  /** Bytes start .. end-1 of the body. */
  readonly start: number;
  readonly end: number;
  /** The caller fills it before the first call. */
  readonly input: boolean;
  /** The caller reads it after the last call. */
  readonly output: boolean;
  /** In call order. */
  readonly uses: readonly Use[];
}

export interface Use {
  readonly call: number;
  readonly argument: Argument;
}

export function pieceBytes({ start, end }: Piece): number {
  return end - start;
}

/** Who touches these bytes of a body: an argument of a call, or the caller (`use` null). */
interface Cover {
  readonly start: number;
  readonly end: number;
  readonly use: Use | null;
  readonly caller: 'input' | 'output' | null;
}

/** Cuts bodies at the ends of their slices. Pieces that nobody touches are left out. Ordered by body, then start. */
export function findPieces(program: Program, bodies: readonly Body[], places: ReadonlyMap<BufferId, Place>): Piece[] {
  const covers = findCovers(program, bodies, places);
  const cuts = bodies.map((body) => new Set([0, body.bytes]));
  for (const { body, offset, bytes } of places.values()) cuts[body].add(offset).add(offset + bytes);
  return bodies.flatMap((_, body) => {
    const ends = [...cuts[body]].sort((a, b) => a - b);
    return ends.slice(1).flatMap((end, index) => {
      const start = ends[index];
      const over = covers[body].filter((cover) => cover.start < end && start < cover.end);
      if (over.length === 0) return [];
      const uses = over.flatMap((cover) => cover.use ?? []);
      const input = over.some((cover) => cover.caller === 'input');
      const output = over.some((cover) => cover.caller === 'output');
      return [{ body, start, end, input, output, uses }];
    });
  });
}

function findCovers(program: Program, bodies: readonly Body[], places: ReadonlyMap<BufferId, Place>): Cover[][] {
  const covers: Cover[][] = bodies.map(() => []);
  /** `moved`: from the place of the first turn to that of the last. */
  const add = (buffer: BufferId, use: Use | null, caller: Cover['caller'], moved = 0): void => {
    const { body, offset, bytes } = must(places.get(buffer), `buffer ${buffer}`);
    covers[body].push({ start: offset + Math.min(0, moved), end: offset + bytes + Math.max(0, moved), use, caller });
  };
  program.calls.forEach((call, index) => {
    const turns = loopAt(program.loops, index)?.turns ?? 1;
    for (const argument of call.arguments) {
      add(argument.buffer, { call: index, argument }, null, (argument.stride ?? 0) * (turns - 1));
    }
  });
  for (const port of program.inputs) add(port.buffer, null, 'input');
  for (const port of program.outputs) add(port.buffer, null, 'output');
  for (const { id, role } of program.buffers) {
    if (role === 'input' || role === 'state') add(id, null, 'input');
    if (role === 'output' || role === 'state') add(id, null, 'output');
  }
  return covers;
}
