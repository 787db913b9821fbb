import type { RowGrid } from '../grids/grid.ts';
import type { Rounder } from './compensate.ts';

/** Steps of Adam per row. The first fifth without the regularizer, then its exponent falls from START to END. */
const STEPS = 1000;
const WARM_UP = 0.2;
const [START, END] = [20, 2];
const RATE = 0.03;
/** Weight of the regularizer beside what a step from one level to the other costs by itself. */
const LAMBDA = 0.5;
/** h reaches 0 and 1: a sigmoid stretched to -0.1 .. 1.1 and cut. */
const STRETCH = { from: -0.1, to: 1.1 };

/**
 * Adaptive rounding on any grid: each code is one of the two levels next to its weight, and all of a row are chosen
 * together. With h(V) = clip(1.2 sigmoid(V) - 0.1, 0, 1) for each weight,
 *
 *     minimize over V   E(lo + (hi - lo) h(V)) + lambda sum_j (hi_j - lo_j)^2 H_jj (1 - |2 h(V_j) - 1|^beta)
 *
 * with beta from 20 to 2 and the codes' scale s taken as one
 *
 * E is that of compensate.ts, whose gradient needs no data. The regularizer grows with the gap between the levels, which
 * grids of powers of two need. Afterwards single codes are changed as long as E falls.
 * Source: Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020, equations 21 to 24
 *
 * @param hessian H, n x n, positive definite
 * @param polish gives E, and improves codes
 */
export function createAdaptiveRounder(hessian: Float64Array, n: number, polish: Rounder): Rounder {
  let mean = 0;
  for (let j = 0; j < n; j++) mean += hessian[j * n + j] / n;
  return {
    ...polish,
    round(row, grid) {
      const { low, high, share } = neighbours(row, grid);
      const up = optimize(row, grid.scale, { low, high, share }, hessian, n, mean);
      return polish.improve(
        row,
        low.map((level, j) => (up[j] >= 0.5 ? high[j] : level)),
        grid,
      );
    },
  };
}

interface Neighbours {
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Where the weight lies between them, 0 to 1. */
  readonly share: Float64Array;
}

function neighbours(row: Float64Array, { grid: { levels, nearest }, scale }: RowGrid): Neighbours {
  const low = row.map((w) => {
    const index = levels.indexOf(nearest(w / scale));
    return levels[Math.max(0, levels[index] > w / scale ? index - 1 : index)];
  });
  const high = low.map(
    (level, j) => levels[Math.min(levels.length - 1, levels.indexOf(level) + (row[j] / scale > level ? 1 : 0))],
  );
  const share = row.map((w, j) => (high[j] === low[j] ? 0 : (w / scale - low[j]) / (high[j] - low[j])));
  return { low, high, share };
}

/** h of every weight after the last step. */
function optimize(
  row: Float64Array,
  scale: number,
  { low, high, share }: Neighbours,
  hessian: Float64Array,
  n: number,
  mean: number,
): Float64Array {
  const v = share.map((h) => logit((Math.min(Math.max(h, 0.01), 0.99) - STRETCH.from) / (STRETCH.to - STRETCH.from)));
  const [first, second] = [new Float64Array(n), new Float64Array(n)];
  const gradient = new Float64Array(n);
  const h = new Float64Array(n);
  for (let step = 1; step <= STEPS; step++) {
    for (let j = 0; j < n; j++) h[j] = stretched(v[j]);
    gradient.fill(0);
    for (let j = 0; j < n; j++) {
      const miss = row[j] / scale - low[j] - (high[j] - low[j]) * h[j];
      if (miss === 0) continue;
      for (let k = 0; k < n; k++) gradient[k] += miss * hessian[j * n + k];
    }
    const progress = (step / STEPS - WARM_UP) / (1 - WARM_UP);
    const beta = START + (END - START) * progress;
    for (let j = 0; j < n; j++) {
      const sigmoid = 1 / (1 + Math.exp(-v[j]));
      const slope = h[j] <= 0 || h[j] >= 1 ? 0 : (STRETCH.to - STRETCH.from) * sigmoid * (1 - sigmoid);
      const centred = 2 * h[j] - 1;
      const stiffness = ((high[j] - low[j]) ** 2 * hessian[j * (n + 1)]) / mean;
      const push =
        progress <= 0 ? 0 : -2 * LAMBDA * stiffness * beta * Math.sign(centred) * Math.abs(centred) ** (beta - 1);
      const g = slope * ((-2 * gradient[j] * (high[j] - low[j])) / mean + push);
      first[j] = 0.9 * first[j] + 0.1 * g;
      second[j] = 0.999 * second[j] + 0.001 * g * g;
      const momentum = first[j] / (1 - 0.9 ** step);
      v[j] -= (RATE * momentum) / (Math.sqrt(second[j] / (1 - 0.999 ** step)) + 1e-8);
    }
  }
  return h;
}

function stretched(v: number): number {
  return Math.min(Math.max((STRETCH.to - STRETCH.from) / (1 + Math.exp(-v)) + STRETCH.from, 0), 1);
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}
