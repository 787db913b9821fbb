import { invariant } from '../../support/errors.ts';
import type { Grid } from './grid.ts';

/** -q .. q with q = 2^(bits - 1) - 1: the lowest code is left out, so that the range is symmetric. 2 <= bits <= 8. */
export function uniformGrid(bits: number): Grid {
  invariant(Number.isInteger(bits) && bits >= 2 && bits <= 8, `there is no uniform grid of ${bits} bits`);
  const top = 2 ** (bits - 1) - 1;
  return {
    name: `int${bits}`,
    levels: Array.from({ length: 2 * top + 1 }, (_, i) => i - top),
    nearest(x) {
      const magnitude = Math.min(Math.round(Math.abs(x)), top);
      return x < 0 && magnitude > 0 ? -magnitude : magnitude;
    },
  };
}
