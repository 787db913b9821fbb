import { type Grid, largestLevel } from '../grids/grid.ts';
import { gridClip, PRIORS, type Prior } from './aciq.ts';
import { gridError, maxAbs } from './fit-scale.ts';

/**
 * Where the grid of a row ends: 'mse': by search, at the least weighted error (fitScale); 'max': at its largest weight;
 * 'aciq': where a Laplace or normal distribution of the row's spread is best clipped, or at the largest weight,
 * whichever leaves the least squared error (the paper's 'mix').
 */
export const CLIP_RULES = ['mse', 'max', 'aciq'] as const;
export type ClipRule = (typeof CLIP_RULES)[number];

/** The scale of a row by a rule that asks for no importance. A row of zeros gets 1. */
export function clippedScale(grid: Grid, row: Float64Array, clip: 'max' | 'aciq'): number {
  const top = largestLevel(grid);
  const largest = maxAbs(row);
  if (largest === 0 || top === 0) return 1;
  const clips = clip === 'max' ? [largest] : [largest, ...PRIORS.map((prior) => priorClip(prior, row, top))];
  const scales = clips.map((end) => Math.fround(Math.min(end, largest) / top));
  const errors = scales.map((scale) => gridError({ grid, scale }, row));
  return scales[errors.indexOf(Math.min(...errors))];
}

function priorClip(prior: Prior, row: Float64Array, top: number): number {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const moment = (power: number) => row.reduce((sum, w) => sum + Math.abs(w - mean) ** power, 0) / row.length;
  return clipOf(prior, top) * (prior === 'laplace' ? moment(1) : Math.sqrt(moment(2)));
}

const CLIPS = new Map<string, number>();

function clipOf(prior: Prior, top: number): number {
  const key = `${prior} ${top}`;
  const known = CLIPS.get(key) ?? gridClip(prior, top);
  CLIPS.set(key, known);
  return known;
}
