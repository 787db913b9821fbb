import { invariant } from '../../support/errors.ts';
import { type Grid, gridOfLevels } from './grid.ts';

/** Largest magnitude of a codebook's entry: the kernels multiply int8 codes. */
const TOP = 127;

/**
 * Real centres as int8 codes that share a scale. Equal codes fall together; zero is always an entry: the centre
 * nearest to it becomes exactly zero, which `centres` must allow for (see kmeans.ts).
 */
export function codebookGrid(centres: ArrayLike<number>): { readonly grid: Grid; readonly scale: number } {
  const values = Array.from(centres);
  invariant(values.length > 0 && values.every(Number.isFinite), 'a codebook needs finite centres');
  const largest = Math.max(...values.map(Math.abs));
  const scale = largest === 0 ? 1 : Math.fround(largest / TOP);
  const codes = values.map((centre) => Math.min(Math.max(Math.round(centre / scale), -TOP), TOP) + 0);
  if (!codes.includes(0)) codes[nearestToZero(codes)] = 0;
  const levels = [...new Set(codes)].sort((a, b) => a - b);
  return { grid: gridOfLevels('codebook', levels), scale };
}

function nearestToZero(codes: readonly number[]): number {
  return codes.reduce((best, code, i) => (Math.abs(code) < Math.abs(codes[best]) ? i : best), 0);
}
