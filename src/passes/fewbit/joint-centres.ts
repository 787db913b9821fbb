import { entropyConstrainedTo } from '../../quant/fewbit/ecsq.ts';
import { kmeansWithZero, weightedPoints } from '../../quant/fewbit/kmeans.ts';
import { bitsByCount } from '../../quant/fewbit/rate.ts';
import { codebookGrid } from '../../quant/grids/codebook.ts';
import type { RowGrid } from '../../quant/grids/grid.ts';
import { joined } from './candidates.ts';
import type { LayerPlan, MeasuredLayer } from './joint-layers.ts';
import type { Weighting } from './weighting.ts';

/**
 * One codebook of so many entries for all layers, by k-means over all their weights, every weight to the nearest entry.
 * Source: Choi, El-Khamy, Lee, ICLR 2017, section 4.
 */
export function planKmeans(
  measured: readonly MeasuredLayer[],
  entries: number,
  { importances }: Weighting,
): LayerPlan[] {
  const importance = measured.map(importances);
  const weights = joined(measured.map(({ layer }) => layer.weights));
  const { centres } = kmeansWithZero(weightedPoints(weights, joined(importance)), entries);
  const grid = codebookGrid(centres);
  return measured.map(() => ({ grid, rounding: { method: 'nearest' } }));
}

/**
 * Entropy-constrained scalar quantization of the weights of all layers, at most `bits` of entropy per weight: the
 * iterative method. Every weight to the centre that costs it least, error and bits taken together; that shrinks them, so
 * every row gets its deviation back by its scale.
 * Source: the same, section 5.
 */
export function planLloyd(measured: readonly MeasuredLayer[], bits: number, { importances }: Weighting): LayerPlan[] {
  const importance = measured.map(importances);
  const weights = joined(measured.map(({ layer }) => layer.weights));
  const { centres, counts, lambda } = entropyConstrainedTo({ weights, importance: joined(importance) }, bits);
  const grid = codebookGrid(centres);
  const rate = { lambda, bits: bitsByCount(codeCounts(grid, centres, counts)) };
  return importance.map((own) => ({ grid, rounding: { method: 'each', importance: own, rate } }));
}

/** How often each code of the grid occurs; centres that fall together are one code. */
function codeCounts({ grid, scale }: RowGrid, centres: Float64Array, counts: readonly number[]): Map<number, number> {
  const sums = new Map<number, number>();
  centres.forEach((centre, j) => {
    const code = grid.nearest(centre / scale);
    if (counts[j] > 0) sums.set(code, (sums.get(code) ?? 0) + counts[j]);
  });
  return sums;
}
