import { type ArenaModel, findLives, type Life } from './arena-model.ts';
import { type Piece, pieceBytes } from './pieces.ts';
import type { Share } from './shares.ts';

/** Fewest arena bytes that any plan needs, and the call where it needs them. */
export interface Bound {
  readonly bytes: number;
  readonly call: number;
}

/** The largest of callBounds(); what the caller's inputs and outputs need counts for the first and last call. */
export function boundArena(model: ArenaModel, lives: readonly Life[] = findLives(model)): Bound {
  let best = { bytes: 0, call: 0 };
  momentBounds(model, lives).forEach((bytes, index) => {
    const call = Math.min(Math.max(index - 1, 0), Math.max(model.callCount - 1, 0));
    if (bytes > best.bytes) best = { bytes, call };
  });
  return best;
}

/** Per moment -1 .. callCount: bytes that live then, less the most that writes can share with dying reads. */
export function momentBounds({ pieces, shares, callCount }: ArenaModel, lives: readonly Life[]): number[] {
  const change = new Array<number>(callCount + 3).fill(0);
  lives.forEach(({ born, dies }, piece) => {
    if (born > dies) return;
    change[born + 1] += pieceBytes(pieces[piece]);
    change[dies + 2] -= pieceBytes(pieces[piece]);
  });
  let alive = 0;
  const bytes = change.slice(0, -1).map((more) => {
    alive += more;
    return alive;
  });
  shares.forEach((list, call) => {
    const usable = list.filter(({ read, write }) => lives[read].dies === call && lives[write].born === call);
    bytes[call + 1] -= sharedBytes(usable, pieces);
  });
  return bytes;
}

/**
 * Upper bound of the bytes that lie under two pieces at once. A write of n bytes at address 0 covers bytes of a read
 * only from address `distance` on, and reads are apart from each other: they cover at most what one machine works off
 * until n when jobs (reads) arrive at their distances. For one pair: min(read, write, write - distance).
 */
export function sharedBytes(shares: readonly Share[], pieces: readonly Piece[]): number {
  if (shares.length === 0) return 0;
  let byWrite = 0;
  for (const [write, reads] of groupBy(shares, (share) => share.write)) {
    let free = 0;
    for (const { read, distance } of [...reads].sort((a, b) => a.distance - b.distance)) {
      const start = Math.max(free, distance);
      free = start + pieceBytes(pieces[read]);
      byWrite += Math.max(0, Math.min(free, pieceBytes(pieces[write])) - start);
    }
  }
  let byRead = 0;
  for (const [read, writes] of groupBy(shares, (share) => share.read)) {
    const covers = writes.map(({ write, distance }) => Math.max(0, pieceBytes(pieces[write]) - Math.max(0, distance)));
    byRead += Math.min(
      pieceBytes(pieces[read]),
      covers.reduce((a, b) => a + b, 0),
    );
  }
  return Math.min(byWrite, byRead);
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
