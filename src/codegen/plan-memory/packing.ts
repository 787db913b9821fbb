import type { ArenaModel, Life } from './arena-model.ts';

/**
 * The geometry that is left when time is taken out: bodies to be put at offsets >= 0, multiples of `align`, such that
 * offset(a) - offset(b) stays out of the gaps between a and b. Searches need nothing else.
 */
export interface Packing {
  /** Bytes; 0 for a body that nobody uses. */
  readonly sizes: readonly number[];
  readonly aligns: readonly number[];
  /** Per body a: what it must keep away from. */
  readonly conflicts: readonly (readonly Conflict[])[];
}

export interface Conflict {
  /** Body b. */
  readonly other: number;
  /** Ascending and apart: offset(a) - offset(b) <= low or >= high for each. */
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly low: number;
  readonly high: number;
}

/** Gaps between every two bodies that have pieces alive at one moment. */
export function findPacking(model: ArenaModel, lives: readonly Life[]): Packing {
  const { bodies, pieces } = model;
  const { distances, exact } = usableShares(model, lives);
  const gaps = bodies.map(() => new Map<number, Gap[]>());
  pieces.forEach((piece, p) => {
    for (let q = 0; q < p; q++) {
      const other = pieces[q];
      if (piece.body === other.body || lives[p].born > lives[q].dies || lives[q].born > lives[p].dies) continue;
      // Piece p below q: offset(p) <= low, the other way round: offset(p) >= high. A share weakens one of the two.
      const base = other.start - piece.start;
      const only = placeOf(base, exact.get(keyOf(q, p)), exact.get(keyOf(p, q)));
      const low = base - Math.min(piece.end - piece.start, distances.get(keyOf(q, p)) ?? Infinity);
      const high = base + Math.min(other.end - other.start, distances.get(keyOf(p, q)) ?? Infinity);
      if (low >= high) continue;
      for (const gap of only === null ? [{ low, high }] : around(only, low, high)) {
        addTo(gaps[piece.body], other.body, gap);
        addTo(gaps[other.body], piece.body, { low: -gap.high, high: -gap.low });
      }
    }
  });
  const conflicts = gaps.map((map) => [...map].map(([other, list]) => ({ other, gaps: mergeGaps(list) })));
  const used = new Set(pieces.map((piece) => piece.body));
  const sizes = bodies.map((body, index) => (used.has(index) ? body.bytes : 0));
  return { sizes, aligns: bodies.map((body) => body.align), conflicts };
}

/** offset(p) - offset(q) at which one is written exactly over the other; null: neither may be. */
function placeOf(base: number, pOverQ: number | undefined, qOverP: number | undefined): number | null {
  if (pOverQ !== undefined) return base - pOverQ;
  return qOverP === undefined ? null : base + qOverP;
}

/** All of low..high but one place. */
function around(place: number, low: number, high: number): Gap[] {
  return [
    { low, high: place },
    { low: place, high },
  ].filter((gap) => gap.low < gap.high);
}

/** Distances by read and write piece, for the shares whose read dies and whose write is born in their call. */
function usableShares({ shares }: ArenaModel, lives: readonly Life[]) {
  const distances = new Map<string, number>();
  const exact = new Map<string, number>();
  shares.forEach((list, call) => {
    for (const { read, write, distance, exactly } of list) {
      if (lives[read].dies !== call || lives[write].born !== call) continue;
      (exactly ? exact : distances).set(keyOf(read, write), distance);
    }
  });
  return { distances, exact };
}

function keyOf(read: number, write: number): string {
  return `${read},${write}`;
}

function addTo(map: Map<number, Gap[]>, other: number, gap: Gap): void {
  const list = map.get(other);
  if (list) list.push(gap);
  else map.set(other, [gap]);
}

/** Open intervals (low, high): two that only touch stay apart, the number between them is free. */
function mergeGaps(list: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const gap of [...list].sort((a, b) => a.low - b.low)) {
    const last = merged.at(-1);
    if (last && gap.low < last.high) {
      merged[merged.length - 1] = { low: last.low, high: Math.max(last.high, gap.high) };
    } else {
      merged.push(gap);
    }
  }
  return merged;
}

/** The same problem for some of the bodies; body i of the result is `chosen[i]`. */
export function restrictPacking({ sizes, aligns, conflicts }: Packing, chosen: readonly number[]): Packing {
  const renumbered = new Map(chosen.map((body, index) => [body, index]));
  return {
    sizes: chosen.map((body) => sizes[body]),
    aligns: chosen.map((body) => aligns[body]),
    conflicts: chosen.map((body) =>
      conflicts[body].flatMap(({ other, gaps }) => {
        const index = renumbered.get(other);
        return index === undefined ? [] : [{ other: index, gaps }];
      }),
    ),
  };
}

/** Bytes from 0 to the end of the highest body. */
export function packedBytes({ sizes }: Packing, offsets: readonly number[]): number {
  return offsets.reduce((most, offset, body) => Math.max(most, offset + sizes[body]), 0);
}
