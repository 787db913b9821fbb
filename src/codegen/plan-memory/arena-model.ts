import type { BufferId, Program } from '../../ir/program.ts';
import { findPieces, type Piece } from './pieces.ts';
import { type Body, type Place, placeBuffers } from './places.ts';
import { findShares, type Share } from './shares.ts';

/** What planning needs to know of a program. Nothing in it depends on the order of the calls. */
export interface ArenaModel {
  readonly callCount: number;
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
  return { callCount: program.calls.length, bodies, pieces, shares, places };
}

/** Moments at which a piece must keep its bytes: -1 is before the first call, callCount after the last. */
export interface Life {
  readonly born: number;
  readonly dies: number;
}

/** Life of every piece when the calls run in program order. */
export function findLives({ pieces, callCount }: ArenaModel): Life[] {
  return pieces.map(({ input, output, uses }) => ({
    born: input ? -1 : (uses.at(0)?.call ?? callCount),
    dies: output ? callCount : (uses.at(-1)?.call ?? -1),
  }));
}
