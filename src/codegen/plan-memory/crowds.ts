import type { ArenaModel, Life } from './arena-model.ts';
import { pieceBytes } from './pieces.ts';

/** The bodies that are alive at one moment (-1 .. callCount). */
export interface Crowd {
  readonly moment: number;
  readonly bodies: readonly number[];
  /** Living bytes of each of them. */
  readonly bytes: readonly number[];
  /** Upper bounds of the bytes that one of them may share with another. */
  readonly shared: readonly { readonly read: number; readonly write: number; readonly bytes: number }[];
}

/** Every moment's crowd, in time order. */
export function findCrowds({ pieces, shares, callCount }: ArenaModel, lives: readonly Life[]): Crowd[] {
  const alive = Array.from({ length: callCount + 2 }, () => new Map<number, number>());
  pieces.forEach((piece, index) => {
    for (let moment = lives[index].born; moment <= lives[index].dies; moment++) {
      const bytes = alive[moment + 1];
      bytes.set(piece.body, (bytes.get(piece.body) ?? 0) + pieceBytes(piece));
    }
  });
  return alive.map((map, index) => {
    const moment = index - 1;
    const shared = (shares[moment] ?? []).flatMap(({ read, write, distance }) => {
      if (lives[read].dies !== moment || lives[write].born !== moment) return [];
      const [r, w] = [pieces[read], pieces[write]];
      const most = Math.min(pieceBytes(r), pieceBytes(w), pieceBytes(w) - distance);
      return most <= 0 ? [] : [{ read: r.body, write: w.body, bytes: most }];
    });
    return { moment, bodies: [...map.keys()], bytes: [...map.values()], shared };
  });
}

/** The crowds of some bodies only; body i of the result is `chosen[i]`. */
export function restrictCrowds(crowds: readonly Crowd[], chosen: readonly number[]): Crowd[] {
  const renumbered = new Map(chosen.map((body, index) => [body, index]));
  return crowds.flatMap(({ moment, bodies, bytes, shared }) => {
    const kept = bodies.flatMap((body, index) => {
      const number = renumbered.get(body);
      return number === undefined ? [] : [{ number, bytes: bytes[index] }];
    });
    const keptShared = shared.flatMap((share) => {
      const read = renumbered.get(share.read);
      const write = renumbered.get(share.write);
      return read === undefined || write === undefined ? [] : [{ read, write, bytes: share.bytes }];
    });
    if (kept.length === 0) return [];
    return [{ moment, bodies: kept.map((k) => k.number), bytes: kept.map((k) => k.bytes), shared: keptShared }];
  });
}
