import { biasFloor } from '../bias-floor.ts';
import { largestLevel } from '../grids/grid.ts';
import { isPow2, pow2AtLeast } from '../pow2-scale.ts';
import type { RoundedRows } from './round-rows.ts';

/**
 * Other scales for channels that their weights say nothing or little about:
 * - a row of zeros gets the smallest scale of the others: that its bias is not coarse, and its factor no larger than theirs;
 * - a row whose scale lies below the floor of its bias gets that floor, and the codes nearest to what it had, which are nothing
 *   beside such a bias.
 * Scales that are all powers of two stay so.
 */
export function rescaleDeadRows(rows: RoundedRows, bias: Float64Array, inputScale: number): RoundedRows {
  const { codes, grids } = rows;
  const depth = codes.length / grids.length;
  const isDead = grids.map((_, r) => codes.subarray(r * depth, (r + 1) * depth).every((code) => code === 0));
  const alive = grids.flatMap(({ scale }, r) => (isDead[r] ? [] : [scale]));
  const coarsest = Math.min(...grids.map(({ grid }) => largestLevel(grid) || 128));
  const powers = grids.every(({ scale }) => isPow2(scale));
  const scales = grids.map(({ scale }, r) => {
    const floor = Math.fround(biasFloor(bias[r], inputScale, coarsest));
    const own = isDead[r] && alive.length > 0 ? Math.min(...alive) : scale;
    return own >= floor ? own : powers ? pow2AtLeast(floor) : floor;
  });
  const moved = codes.map((code, i) => {
    const r = Math.floor(i / depth);
    return scales[r] === grids[r].scale || code === 0
      ? code
      : grids[r].grid.nearest((code * grids[r].scale) / scales[r]);
  });
  return { codes: moved, grids: grids.map((own, r) => ({ ...own, scale: scales[r] })) };
}
