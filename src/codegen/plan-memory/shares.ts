import type { Argument, BufferId, Call, Program } from '../../ir/program.ts';
import { must } from '../../support/errors.ts';
import type { Piece } from './pieces.ts';
import type { Body, Place } from './places.ts';

/**
 * In one call, piece `write` may lie over piece `read` when it starts at least `distance` bytes below it,
 * provided that nobody needs `read` after the call and `write` holds nothing before it.
 */
export interface Share {
  /** Indices into the list of pieces. */
  readonly read: number;
  readonly write: number;
  readonly distance: number;
  /** At this very distance only. */
  readonly exactly: boolean;
}

/** Per call: its declared overlaps brought down to pieces. What does not hold for every argument is left out. */
export function findShares(
  program: Program,
  bodies: readonly Body[],
  pieces: readonly Piece[],
  places: ReadonlyMap<BufferId, Place>,
): Share[][] {
  const touched = program.calls.map(() => new Map<number, Argument[]>());
  pieces.forEach((piece, number) => {
    for (const { call, argument } of piece.uses) {
      touched[call].set(number, [...(touched[call].get(number) ?? []), argument]);
    }
  });
  return program.calls.map((call, index) => (call.overlaps.length === 0 ? [] : sharesOf(call, touched[index])));

  function sharesOf(call: Call, users: ReadonlyMap<number, readonly Argument[]>): Share[] {
    return [...users].flatMap(([write, [writer, ...others]]) => {
      if (writer.access !== 'write' || others.length > 0) return [];
      return [...users].flatMap(([read, readers]) => {
        const limit = shareLimit(call, readers, writer, places);
        if (limit === -Infinity || pieces[read].body === pieces[write].body) return [];
        const declared = call.overlaps.filter((one) => one.read === readers[0].buffer && one.write === writer.buffer);
        const exactly = declared.some((one) => one.exactly === true);
        const one = share(read, write, limit, exactly);
        // A place that alignment, or another argument, would move is not the exact one.
        return exactly && (readers.length > 1 || !isExact(one, limit, pieces)) ? [] : [one];
      });
    });
  }

  // Offsets of bodies are multiples of their alignments, so the limit goes down to a multiple of the smaller one.
  function share(read: number, write: number, limit: number, exactly: boolean): Share {
    const grain = Math.min(bodies[pieces[read].body].align, bodies[pieces[write].body].align);
    const distance = pieces[read].start - pieces[write].start - Math.floor(limit / grain) * grain;
    return { read, write, distance, exactly };
  }
}

function isExact({ read, write, distance }: Share, limit: number, pieces: readonly Piece[]): boolean {
  return pieces[read].start - pieces[write].start - distance === limit;
}

/**
 * Largest offset(body of the writer) - offset(body of the readers) at which the writer may lie over all of them:
 * address(write) + distance <= address(read). -Infinity without permission. A buffer that is read through two
 * arguments needs two declared overlaps, because one declaration may speak for one argument only.
 */
function shareLimit(
  call: Call,
  readers: readonly Argument[],
  writer: Argument,
  places: ReadonlyMap<BufferId, Place>,
): number {
  const limits = readers.map((reader) => {
    const declared = call.overlaps.filter((one) => one.read === reader.buffer && one.write === writer.buffer);
    const through = call.arguments.filter((one) => one.access === 'read' && one.buffer === reader.buffer);
    if (reader.access !== 'read' || declared.length < through.length) return -Infinity;
    const distance = Math.max(...declared.map((one) => one.distance));
    return must(places.get(reader.buffer), 'place').offset - must(places.get(writer.buffer), 'place').offset - distance;
  });
  return Math.min(...limits);
}
