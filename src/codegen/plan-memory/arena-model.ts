import type { BufferId, Loop, Program } from '../../ir/program.ts';
import { findPieces, type Piece, type Use } from './pieces.ts';
import { type Body, type Place, placeBuffers } from './places.ts';
import { findShares, type Share } from './shares.ts';

/** What planning needs to know of a program. Nothing in it depends on the order of the calls. */
export interface ArenaModel {
  readonly callCount: number;
  readonly loops: readonly Loop[];
  readonly bodies: readonly Body[];
  readonly pieces: readonly Piece[];
  /** Per call. */
  readonly shares: readonly (readonly Share[])[];
  readonly places: ReadonlyMap<BufferId, Place>;
}

export function modelArena(program: Program): ArenaModel {
  const { bodies, places } = placeBuffers(program.buffers);
  const pieces = findPieces(program, bodies, places);
  const shares = findShares(program, bodies, pieces, places);
  return { callCount: program.calls.length, loops: program.loops ?? [], bodies, pieces, shares, places };
}

/** Moments at which a piece must keep its bytes: -1 is before the first call, callCount after the last. */
export interface Life {
  readonly born: number;
  readonly dies: number;
}

/** Life of every piece when the calls run in program order. */
export function findLives({ pieces, callCount, loops }: ArenaModel): Life[] {
  return pieces.map(({ input, output, uses }) => {
    let born = input ? -1 : (uses.at(0)?.call ?? callCount);
    let dies = output ? callCount : (uses.at(-1)?.call ?? -1);
    for (const { first, calls } of loops) {
      const own = uses.filter(({ call }) => first <= call && call < first + calls);
      if (!outlivesTurns(own)) continue;
      born = Math.min(born, first);
      dies = Math.max(dies, first + calls - 1);
    }
    return { born, dies };
  });
}

/** Whether a turn finds in these bytes what was there before it, or leaves them to others: then they live all through the loop. */
function outlivesTurns(uses: readonly Use[]): boolean {
  const first = uses.filter(({ call }) => call === uses[0].call);
  return first.some(({ argument }) => argument.access === 'read') || uses.some(({ argument }) => argument.stride);
}
