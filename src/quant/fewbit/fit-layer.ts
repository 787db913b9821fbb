import { codebookGrid } from '../grids/codebook.ts';
import { type Grid, gridOfLevels, type RowGrid } from '../grids/grid.ts';
import { gridNamed } from '../grids/index.ts';
import { type ExponentRule, fitPow2Scale, fitScale, gridError, maxAbs } from './fit-scale.ts';
import { kmeansWithZero, weightedPoints } from './kmeans.ts';

/**
 * Which scales the rows of a layer may have: 'channel': any, one per row; 'channel-pow2': a power of two per row;
 * 'layer-pow2': one power of two for all rows, as INQ has it.
 */
export const SCALE_RULES = ['channel', 'channel-pow2', 'layer-pow2'] as const;
export type ScaleRule = (typeof SCALE_RULES)[number];

export interface FitOptions {
  readonly scales: ScaleRule;
  readonly exponent: ExponentRule;
}

/** Weights [rows][n] and the importance of each (the diagonal of a Hessian). */
export interface Rows {
  readonly weights: Float64Array;
  readonly importance: Float64Array;
  readonly rows: number;
}

/** True for the formats whose codes some grid of ours makes; an entropy code ('+huffman', '+rans') may follow. */
export function hasGrid(format: string): boolean {
  return kindOf(format) !== null;
}

/** The grid of every row of a layer, with its scale, for a format (hasGrid). */
export function fitLayer(format: string, layer: Rows, options: FitOptions): RowGrid[] {
  const kind = kindOf(format);
  if (kind === 'ttq') return fitAsymmetric(layer, options);
  if (typeof kind === 'number') return fitCodebook(kind, layer, options);
  if (kind === null) throw new RangeError(`there is no grid for '${format}'`);
  return fitScales(kind, layer, options);
}

/** A grid, 'ttq', or the number of entries of a codebook. */
function kindOf(format: string): Grid | 'ttq' | number | null {
  const base = format.replace(/\+(huffman|rans)$/, '');
  if (base === 'ttq') return base;
  const entries = Number(/^codebook-(\d+)$/.exec(base)?.[1]);
  if (entries >= 2 && entries <= 256) return entries;
  return gridNamed(base.replace(/^pow2v-/, 'pow2-'));
}

/** One grid for all rows, each with its scale. */
export function fitScales(grid: Grid, layer: Rows, { scales, exponent }: FitOptions): RowGrid[] {
  if (scales === 'channel') return perRow(layer, (row, h) => ({ grid, scale: fitScale(grid, row, h) }));
  if (scales === 'channel-pow2') {
    return perRow(layer, (row, h) => ({ grid, scale: fitPow2Scale(grid, row, exponent, h) }));
  }
  const scale = fitPow2Scale(grid, layer.weights, exponent, layer.importance);
  return perRow(layer, () => ({ grid, scale }));
}

/** Codes of the smaller side of -n, 0, p; the larger side is 127. */
const RATIOS = Array.from({ length: 17 }, (_, i) => Math.round(127 * 2 ** ((i - 8) / 8)));

/** Two scales per layer as two codes: the ratio of least error, with a free scale for each row. */
function fitAsymmetric(layer: Rows, options: FitOptions): RowGrid[] {
  const candidates = RATIOS.map((ratio) => {
    const [negative, positive] = ratio <= 127 ? [127, ratio] : [Math.round(127 ** 2 / ratio), 127];
    return fitScales(gridOfLevels('ttq', [-negative, 0, positive]), layer, options);
  });
  return leastError(candidates, layer);
}

const ROUNDS = 3;

/**
 * A codebook for the whole layer and a free scale per row: weights over their row's scale are clustered by k-means with
 * weights h * scale^2, then every row's scale is fitted to the codebook, in turn.
 */
function fitCodebook(entries: number, layer: Rows, options: FitOptions): RowGrid[] {
  const { weights, importance, rows } = layer;
  const n = weights.length / rows;
  let units = perRow(layer, (row) => maxAbs(row) || 1);
  const candidates: RowGrid[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const unit = (i: number) => units[Math.floor(i / n)];
    const relative = weights.map((w, i) => w / unit(i));
    const mass = importance.map((h, i) => h * unit(i) ** 2);
    const { grid, scale } = codebookGrid(kmeansWithZero(weightedPoints(relative, mass), entries).centres);
    const fitted = fitScales(grid, layer, options);
    candidates.push(fitted);
    units = fitted.map((row) => row.scale / scale);
  }
  return leastError(candidates, layer);
}

function leastError(candidates: readonly RowGrid[][], layer: Rows): RowGrid[] {
  const errors = candidates.map((grids) => {
    let error = 0;
    perRow(layer, (row, h, r) => {
      error += gridError(grids[r], row, h);
    });
    return error;
  });
  return candidates[errors.indexOf(Math.min(...errors))];
}

function perRow<T>(
  { weights, importance, rows }: Rows,
  use: (row: Float64Array, h: Float64Array, r: number) => T,
): T[] {
  const n = weights.length / rows;
  return Array.from({ length: rows }, (_, r) =>
    use(weights.subarray(r * n, (r + 1) * n), importance.subarray(r * n, (r + 1) * n), r),
  );
}
