import { entropyConstrainedTo } from '../../quant/fewbit/ecsq.ts';
import { kmeansWithZero, weightedPoints } from '../../quant/fewbit/kmeans.ts';
import { bitsByCount } from '../../quant/fewbit/rate.ts';
import { codebookGrid } from '../../quant/grids/codebook.ts';
import type { RowGrid } from '../../quant/grids/grid.ts';
import { importanceOf, joined } from './candidates.ts';
import { type LayerPlan, type MeasuredLayer, outputPower } from './joint-layers.ts';

/**
 * One codebook of so many entries for all layers, by k-means over all their weights, every weight to the nearest entry.
 * `weighted`: squared errors count as they show in the outputs of their layer, in parts of the power there.
 * Source: Choi, El-Khamy, Lee, ICLR 2017, section 4.
 */
export function planKmeans(measured: readonly MeasuredLayer[], entries: number, weighted: boolean): LayerPlan[] {
  const importance = measured.map((own) => importances(own, weighted));
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
export function planLloyd(measured: readonly MeasuredLayer[], bits: number, weighted: boolean): LayerPlan[] {
  const importance = measured.map((own) => importances(own, weighted));
  const weights = joined(measured.map(({ layer }) => layer.weights));
  const { centres, counts, lambda } = entropyConstrainedTo({ weights, importance: joined(importance) }, bits);
  const grid = codebookGrid(centres);
  const rate = { lambda, bits: bitsByCount(codeCounts(grid, centres, counts)) };
  return importance.map((own) => ({ grid, rounding: { method: 'each', importance: own, rate } }));
}

function importances({ layer, moments }: MeasuredLayer, weighted: boolean): Float64Array {
  const own = importanceOf(layer, moments.fit);
  const power = outputPower(layer, moments.fit);
  return own.map((h) => (weighted ? h / power : 1));
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
