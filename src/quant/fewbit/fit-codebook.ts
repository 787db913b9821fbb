import { type CodeGrid, tableOfRow } from '../../formats/index.ts';
import { codebookGrid } from '../grids/codebook.ts';
import type { RowGrid } from '../grids/grid.ts';
import { maxAbs } from './fit-scale.ts';
import { fitScales, type ScaleOptions } from './fit-scales.ts';
import { kmeansWithZero, weightedPoints } from './kmeans.ts';
import { leastError, perRow, type Rows, someRows } from './layer-rows.ts';

const ROUNDS = 3;

/**
 * A codebook for the whole layer and a free scale per row: weights over their row's scale are clustered by k-means with
 * weights h * scale^2, then every row's scale is fitted to the codebook, in turn.
 */
export function fitCodebook(entries: number, layer: Rows, options: ScaleOptions): RowGrid[] {
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

type Codebooks = Extract<CodeGrid, { readonly kind: 'values' }>;

/** The same for each share of the rows that has a table of its own. */
export function fitCodebookGroups({ entries, tables }: Codebooks, layer: Rows, options: ScaleOptions): RowGrid[] {
  const tableOf = Array.from({ length: layer.rows }, (_, row) => tableOfRow(row, layer.rows, tables));
  return [...new Set(tableOf)].flatMap((table) => {
    const part = someRows(layer, tableOf.indexOf(table), tableOf.lastIndexOf(table) + 1);
    return fitCodebook(entries, part, options);
  });
}
