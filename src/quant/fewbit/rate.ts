import type { RowGrid } from '../grids/grid.ts';

/** What a code costs besides its error: `lambda` (a squared error) for each bit that stores it. */
export interface Rate {
  readonly lambda: number;
  bits(code: number): number;
}

/** Bits of each code by how often it occurs, -log2 p; of one that does not, as if half of one did. */
export function bitsByCount(counts: ReadonlyMap<number, number>): (code: number) => number {
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const bits = new Map([...counts].map(([code, count]) => [code, Math.log2(total / count)]));
  const rare = Math.log2(2 * Math.max(total, 1));
  return (code) => bits.get(code) ?? rare;
}

/**
 * The code of least weight * (x - scale * code)^2 + lambda * bits, among those from the nearest one down to zero; codes
 * that lie farther out are neither closer nor, as a rule, shorter.
 */
export function cheapestCode(x: number, weight: number, { grid, scale }: RowGrid, rate: Rate | null): number {
  const nearest = grid.nearest(x / scale);
  if (!rate || nearest === 0) return nearest;
  const cost = (code: number) => weight * (x - scale * code) ** 2 + rate.lambda * rate.bits(code);
  let best = nearest;
  let least = cost(nearest);
  for (let i = grid.levels.indexOf(nearest); grid.levels[i] !== 0; ) {
    i -= Math.sign(nearest);
    const code = grid.levels[i];
    const own = cost(code);
    if (own >= least) continue;
    least = own;
    best = code;
  }
  return best;
}
