import { invariant } from '../../support/errors.ts';

/** Points on a line with weights, ascending. */
export interface WeightedPoints {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

const BINS = 4096;

/** Well above the rounding error of a sum over all bins. */
const NEGLIGIBLE = 2 ** -36;

/**
 * The points of k-means: the distinct values, or at most `bins` bins of equal width over their range, each at the
 * weighted mean of what fell into it. Points without weight, or with none to speak of (nearly dead channels), are left out: sums of
 * all weights do not hold them.
 * @param importance h, one per value (the diagonal of a Hessian); default: all equal
 */
export function weightedPoints(data: ArrayLike<number>, importance?: ArrayLike<number>, bins = BINS): WeightedPoints {
  const sums = new Map<number, { mass: number; moment: number }>();
  const values = Float64Array.from(data);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const width = (values.reduce((a, b) => Math.max(a, b), -Infinity) - low) / bins;
  const distinct = new Set(values).size <= bins;
  values.forEach((value, i) => {
    const mass = importance?.[i] ?? 1;
    if (mass <= 0) return;
    const key = distinct ? value : Math.min(Math.floor((value - low) / width), bins - 1);
    const sum = sums.get(key) ?? { mass: 0, moment: 0 };
    sums.set(key, { mass: sum.mass + mass, moment: sum.moment + mass * value });
  });
  const total = [...sums.values()].reduce((all, { mass }) => all + mass, 0);
  const points = [...sums.entries()].filter(([, { mass }]) => mass > NEGLIGIBLE * total).sort(([a], [b]) => a - b);
  return {
    values: Float64Array.from(points, ([key, { mass, moment }]) => (distinct ? key : moment / mass)),
    weights: Float64Array.from(points, ([, { mass }]) => mass),
  };
}

export interface Clusters {
  /** Ascending; fewer than k where there are fewer points. */
  readonly centres: Float64Array;
  /** sum of weight * (value - centre)^2 */
  readonly cost: number;
}

/**
 * k-means on a line, exactly: clusters are runs of neighbours, so the best first i points in j clusters follow from the
 * best in j - 1 (dynamic programming). The best start of the last cluster moves monotonically with i, so each row is
 * found by divide and conquer: O(k n log n) for n points.
 */
export function kmeans({ values, weights }: WeightedPoints, k: number): Clusters {
  const n = values.length;
  invariant(Number.isInteger(k) && k >= 1, `there are no ${k} clusters`);
  const clusters = Math.min(k, n);
  if (clusters === 0) return { centres: new Float64Array(), cost: 0 };
  const sums = prefixSums({ values, weights });
  let costs = Float64Array.from({ length: n + 1 }, (_, i) => sums.cost(0, i));
  const starts: Int32Array[] = [];
  for (let j = 2; j <= clusters; j++) {
    const row = bestSplits(costs, n, sums.cost);
    starts.push(row.starts);
    costs = row.costs;
  }
  const centres = new Float64Array(clusters);
  let end = n;
  for (let j = clusters - 1; j >= 0; j--) {
    const start = j === 0 ? 0 : starts[j - 1][end];
    centres[j] = sums.mean(start, end);
    end = start;
  }
  return { centres, cost: costs[n] };
}

/** costs'[i] = min over s <= i of costs[s] + cost(s, i), and the s of it. */
function bestSplits(costs: Float64Array, n: number, cost: (from: number, to: number) => number) {
  const next = new Float64Array(n + 1);
  const starts = new Int32Array(n + 1);
  solve(1, n, 0, n);
  return { costs: next, starts };

  function solve(from: number, to: number, low: number, high: number): void {
    if (from > to) return;
    const middle = (from + to) >> 1;
    let best = low;
    let least = Infinity;
    for (let s = low; s <= Math.min(middle, high); s++) {
      const total = costs[s] + cost(s, middle);
      if (total >= least) continue;
      least = total;
      best = s;
    }
    next[middle] = least;
    starts[middle] = best;
    solve(from, middle - 1, low, best);
    solve(middle + 1, to, best, high);
  }
}

/** Cost and mean of points from .. to - 1 as one cluster, in constant time; sums are taken from the overall mean. */
function prefixSums({ values, weights }: WeightedPoints) {
  const n = values.length;
  const total = weights.reduce((a, b) => a + b, 0);
  const origin = values.reduce((sum, value, i) => sum + value * weights[i], 0) / total;
  const [mass, moment, power] = [new Float64Array(n + 1), new Float64Array(n + 1), new Float64Array(n + 1)];
  for (let i = 0; i < n; i++) {
    const x = values[i] - origin;
    mass[i + 1] = mass[i] + weights[i];
    moment[i + 1] = moment[i] + weights[i] * x;
    power[i + 1] = power[i] + weights[i] * x * x;
  }
  return {
    cost(from: number, to: number): number {
      if (to - from < 2) return 0;
      const first = moment[to] - moment[from];
      return Math.max(0, power[to] - power[from] - first ** 2 / (mass[to] - mass[from]));
    },
    mean: (from: number, to: number) => origin + (moment[to] - moment[from]) / (mass[to] - mass[from]),
  };
}

const ROUNDS = 50;

/**
 * k centres, one of them exactly zero: the nearest one is moved there and stays, the others settle around it (Lloyd).
 * Moving zero to the mean of its cell would shift most weights of a layer together, which costs more than it gains.
 */
export function kmeansWithZero(points: WeightedPoints, k: number): Clusters {
  const { values, weights } = points;
  let { centres } = kmeans(points, k);
  if (centres.length === 0) return { centres: Float64Array.of(0), cost: 0 };
  let zero = centres.reduce((best, centre, i) => (Math.abs(centre) < Math.abs(centres[best]) ? i : best), 0);
  centres[zero] = 0;
  centres.sort();
  zero = centres.indexOf(0);
  let cost = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const [mass, moment] = [new Float64Array(centres.length), new Float64Array(centres.length)];
    let sum = 0;
    let c = 0;
    values.forEach((value, i) => {
      while (c + 1 < centres.length && Math.abs(centres[c + 1] - value) <= Math.abs(centres[c] - value)) c++;
      mass[c] += weights[i];
      moment[c] += weights[i] * value;
      sum += weights[i] * (value - centres[c]) ** 2;
    });
    if (sum >= cost) break;
    cost = sum;
    centres = centres.map((centre, j) => (j === zero || mass[j] === 0 ? centre : moment[j] / mass[j]));
  }
  return { centres, cost };
}
