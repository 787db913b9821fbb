import type { Choice, Costs, SearchProblem } from './problem.ts';

/** Costs that add up over layers. */
type Summed = 'loss' | 'flashBytes' | 'instructions';

const ROUNDS = 4;
const STEPS = 60;

/**
 * No assignment within the limits has less of `objective` than this. Lagrangian relaxation: for multipliers m >= 0 of the
 * other limits, sum over layers of min (objective + m cost) - m limit is a lower bound; it is raised by golden-section
 * search, one multiplier after the other. The code that formats bring in is left out, which can only lower the bound.
 * Choices beyond the RAM limit do not count; Infinity when a layer has no other.
 */
export function lowerBound(problem: SearchProblem, limits: Costs, objective: Summed): number {
  const layers = problem.layers.map((choices) => choices.filter(({ ramBytes }) => ramBytes <= limits.ramBytes));
  if (layers.some((choices) => choices.length === 0)) return Number.POSITIVE_INFINITY;
  const bounded = (['loss', 'flashBytes', 'instructions'] as const).filter(
    (cost) => cost !== objective && limits[cost] < Number.POSITIVE_INFINITY,
  );
  const multipliers = new Map<Summed, number>(bounded.map((cost) => [cost, 0]));
  const dual = () => {
    const weight = (choice: Choice | Costs) =>
      bounded.reduce((sum, cost) => sum + multipliers.get(cost)! * choice[cost], choice[objective]);
    const relaxed = layers.reduce((sum, choices) => sum + Math.min(...choices.map(weight)), weight(problem.base));
    return bounded.reduce((sum, cost) => sum - multipliers.get(cost)! * limits[cost], relaxed);
  };
  let best = dual();
  for (let round = 0; round < ROUNDS; round++) {
    for (const cost of bounded) {
      const top = steepest(layers, objective, cost);
      const found = maximize((m) => {
        multipliers.set(cost, m);
        return dual();
      }, top);
      multipliers.set(cost, found.at);
      best = Math.max(best, found.value);
    }
  }
  return best;
}

/** The largest rate at which one choice trades the objective for a cost against another. */
function steepest(layers: readonly (readonly Choice[])[], objective: Summed, cost: Summed): number {
  let top = 0;
  for (const choices of layers) {
    for (const a of choices) {
      for (const b of choices) {
        const saved = b[cost] - a[cost];
        if (saved > 0) top = Math.max(top, (a[objective] - b[objective]) / saved);
      }
    }
  }
  return top;
}

/** Of a concave function on [0, top]. */
function maximize(f: (x: number) => number, top: number): { at: number; value: number } {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, top];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [fa, fb] = [f(a), f(b)];
  for (let step = 0; step < STEPS; step++) {
    if (fa < fb) {
      [low, a, fa] = [a, b, fb];
      b = low + ratio * (high - low);
      fb = f(b);
    } else {
      [high, b, fb] = [b, a, fa];
      a = high - ratio * (high - low);
      fa = f(a);
    }
  }
  const candidates = [0, a, b, top].map((at) => ({ at, value: f(at) }));
  return candidates.reduce((x, y) => (y.value > x.value ? y : x));
}
