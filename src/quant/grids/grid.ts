import { invariant } from '../../support/errors.ts';

/**
 * The whole numbers that a row of weights may take; times the row's scale, which is free, they are real weights.
 * Zero is always one of them: padding, pruned weights and dead channels stay exact.
 */
export interface Grid {
  /** Of the format that stores it: 'int4', 'pow2-4', ... */
  readonly name: string;
  /** Ascending, zero among them, at most 16 bits each. */
  readonly levels: readonly number[];
  /** The level nearest to x (a weight over its scale); halfway between two, the one farther from zero. */
  nearest(x: number): number;
}

/** A grid and what one step of it stands for in one row. */
export interface RowGrid {
  readonly grid: Grid;
  /** Positive float32. */
  readonly scale: number;
}

/** A grid of any levels. */
export function gridOfLevels(name: string, levels: readonly number[]): Grid {
  const ordered = levels.every((level, i) => Number.isInteger(level) && (i === 0 || level > levels[i - 1]));
  invariant(ordered && levels.includes(0), `levels must be ascending integers with a zero, not ${levels}`);
  const middles = levels.slice(1).map((level, i) => (level + levels[i]) / 2);
  return {
    name,
    levels,
    nearest(x) {
      let low = 0;
      let high = middles.length;
      while (low < high) {
        const i = (low + high) >> 1;
        const above = middles[i] > 0 ? x >= middles[i] : x > middles[i];
        if (above) low = i + 1;
        else high = i;
      }
      return levels[low];
    },
  };
}

/** The largest magnitude among the levels. */
export function largestLevel({ levels }: Grid): number {
  return Math.max(-levels[0], levels[levels.length - 1]);
}
