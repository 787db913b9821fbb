import type { Grid, RowGrid } from '../grids/grid.ts';
import { type ClipRule, clippedScale } from './clipped-scale.ts';
import { type ExponentRule, fitPow2Scale, fitScale } from './fit-scale.ts';
import { perRow, type Rows } from './layer-rows.ts';

/**
 * Which scales the rows of a layer may have: 'channel': any, one per row; 'channel-pow2': a power of two per row;
 * 'layer-pow2': one power of two for all rows, as INQ has it.
 */
export const SCALE_RULES = ['channel', 'channel-pow2', 'layer-pow2'] as const;
export type ScaleRule = (typeof SCALE_RULES)[number];

export interface ScaleOptions {
  readonly scales: ScaleRule;
  readonly exponent: ExponentRule;
  /** Of free scales. Default 'mse'. */
  readonly clip?: ClipRule;
}

/** One grid for all rows, each with its scale. */
export function fitScales(grid: Grid, layer: Rows, { scales, exponent, clip = 'mse' }: ScaleOptions): RowGrid[] {
  if (scales === 'layer-pow2') {
    const scale = fitPow2Scale(grid, layer.weights, exponent, layer.importance);
    return perRow(layer, () => ({ grid, scale }));
  }
  const scaleOf = (row: Float64Array, h: Float64Array) => {
    if (scales === 'channel-pow2') return fitPow2Scale(grid, row, exponent, h);
    return clip === 'mse' ? fitScale(grid, row, h) : clippedScale(grid, row, clip);
  };
  return perRow(layer, (row, h) => ({ grid, scale: scaleOf(row, h) }));
}
