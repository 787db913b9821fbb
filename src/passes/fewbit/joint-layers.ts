import { multiplyRows } from '../../numerics/linear-algebra.ts';
import { correctMoments } from '../../quant/fewbit/correct-moments.ts';
import { joinMoments, type Moments } from '../../quant/fewbit/moments.ts';
import { cheapestCode, type Rate } from '../../quant/fewbit/rate.ts';
import { type RoundedRows, roundNearest } from '../../quant/fewbit/round-rows.ts';
import type { RowGrid } from '../../quant/grids/grid.ts';
import { correctedBias, heldLoss, perGroup, roundingProblems, roundProblems, type SplitMoments } from './candidates.ts';
import type { Encoding } from './encode-layer.ts';
import { FIT_SHARE } from './visit-layers.ts';
import type { WeightLayer } from './weight-layer.ts';

/** A layer as its moments describe it. */
export interface MeasuredLayer {
  readonly layer: WeightLayer;
  readonly moments: SplitMoments;
}

/** How a layer is to be rounded when all of them were looked at together. */
export interface LayerPlan {
  /** Of every row. */
  readonly grid: RowGrid;
  readonly rounding:
    | { readonly method: 'compensated'; readonly damping: number; readonly rate: Rate }
    | { readonly method: 'nearest' }
    /** Every weight by itself, to the code of least error (times its importance) and bits. */
    | { readonly method: 'each'; readonly importance: Float64Array; readonly rate: Rate };
}

export function encodeByPlan(
  { layer, moments }: MeasuredLayer,
  { grid, rounding }: LayerPlan,
  formatOf: (codes: Float64Array) => string,
): Encoding {
  const all = allMoments(moments);
  const rows = roundByPlan();
  return { rows, bias: correctedBias(layer, rows, all), format: formatOf(rows.codes) };

  function roundByPlan(): RoundedRows {
    const grids = sameGrid(layer, grid);
    if (rounding.method === 'nearest') return roundNearest(layer.weights, grids);
    if (rounding.method === 'each') {
      const { importance, rate } = rounding;
      const codes = layer.weights.map((w, i) => cheapestCode(w, importance[i], grid, rate));
      return correctMoments(layer.weights, { codes, grids }).rows;
    }
    const { damping, rate } = rounding;
    return roundProblems(layer, roundingProblems(layer, all, damping), grids, { factors: [1], rate });
  }
}

/** Once the damping is chosen nothing has to be held back. */
function allMoments({ fit, held }: SplitMoments): Moments[] {
  return fit.map((own, g) => joinMoments(own, held[g], FIT_SHARE));
}

/** A layer, its rounding problems and the unit of its weights: errors of so many units cost the same in every layer. */
export interface JointLayer extends MeasuredLayer {
  readonly damping: number;
  readonly problems: ReturnType<typeof roundingProblems>;
  /** Squared error of the outputs per squared error of a weight, when the other weights make up for it. */
  readonly curvature: number;
  readonly unit: number;
}

/**
 * The unit is sqrt(power of the outputs / curvature): squared errors are told in parts of the outputs' power.
 * @param using the moments that the layer is rounded by
 */
export function jointLayer(
  { layer, moments }: MeasuredLayer,
  damping: number,
  using: readonly Moments[] = moments.fit,
): JointLayer {
  const problems = roundingProblems(layer, using, damping);
  const logs = problems.map(({ rounder }) => Math.log(rounder.curvature));
  const curvature = Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length);
  const unit = Math.sqrt(outputPower(layer, using) / curvature);
  return { layer, moments, damping, problems, curvature, unit };
}

/** Variance of the outputs of a layer with a bias, else their mean square, summed over channels; 1 if there is none. */
export function outputPower(layer: WeightLayer, moments: readonly Moments[]): number {
  const power = perGroup(layer, layer.weights).reduce((sum, weights, g) => {
    const { n, quantized, quantizedMean } = moments[g];
    const products = multiplyRows(weights, quantized, n);
    let own = 0;
    for (let r = 0; r < weights.length; r += n) {
      let mean = 0;
      for (let i = 0; i < n; i++) {
        own += weights[r + i] * products[r + i];
        mean += weights[r + i] * quantizedMean[i];
      }
      if (layer.takesBias) own -= mean ** 2;
    }
    return sum + own;
  }, 0);
  return power > 0 ? power : 1;
}

/** The layer over all its samples, with the damping that serves those held back best at a grid. */
export function bestDamped(
  measured: MeasuredLayer,
  gridOf: (layer: JointLayer) => RowGrid,
  dampings: readonly number[],
): JointLayer {
  const layers = dampings.map((damping) => jointLayer(measured, damping));
  const losses = layers.map((own) => {
    const rows = roundProblems(own.layer, own.problems, sameGrid(own.layer, gridOf(own)), { factors: [1] });
    return heldLoss(own.layer, rows, own.moments.fit, own.moments.held);
  });
  const best = losses.indexOf(Math.min(...losses));
  return jointLayer(measured, dampings[best], allMoments(measured.moments));
}

export function sameGrid({ rows }: WeightLayer, grid: RowGrid): RowGrid[] {
  return new Array<RowGrid>(rows).fill({ ...grid, scale: Math.fround(grid.scale) });
}
