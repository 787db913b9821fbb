import { drop, type MetricName } from '../metrics/index.ts';
import { must } from '../support/errors.ts';
import type { Assessment } from './assess.ts';
import { type Assignment, type Costs, predictedCosts, type SearchProblem } from './problem.ts';
import { refuseAll } from './refuse-limits.ts';
import type { Candidate, Goal } from './types.ts';

export interface Choosing {
  readonly problem: SearchProblem;
  readonly limits: Costs;
  /** The predicted frontier within the limits, by flash. */
  readonly within: readonly Assignment[];
  readonly goal: Goal;
  /** How many of it may be assessed. */
  readonly count: number;
  readonly floatScore: number | null;
  /** Of the labelled samples; null without any. */
  readonly metric: MetricName | null;
  assess(formats: readonly string[]): Promise<Assessment>;
  /** Flash of the compiled program; a second's work, where assess() is many. */
  flashOf(formats: readonly string[]): Promise<number>;
  progress(done: number, total: number): void;
}

/** The predicted frontier is a model: assesses assignments of it, and one per format for all layers, and takes the best. */
export async function choose(task: Choosing): Promise<{ candidates: Candidate[]; chosen: Candidate }> {
  const found = new Map<string, Candidate>();
  const budget = task.count + uniform(task.problem).length;
  const look = async (formats: readonly string[]): Promise<Candidate> => {
    const key = formats.join();
    const known = found.get(key);
    if (known) return known;
    const measured = await task.assess(formats);
    const candidate = {
      formats,
      predicted: predictedCosts(task.problem, formats),
      measured,
      fits: keeps(task, measured),
    };
    found.set(key, candidate);
    task.progress(Math.min(found.size, budget - 1), budget);
    return candidate;
  };
  if (task.goal.kind === 'least-loss') await lookAtLargest(task, look);
  else await bisect(task, look);
  for (const formats of uniform(task.problem)) await look(formats);
  task.progress(budget, budget);
  const candidates = [...found.values()].sort((a, b) => a.measured.flashBytes - b.measured.flashBytes);
  const fitting = candidates.filter(({ fits }) => fits);
  if (fitting.length === 0) throw refuseAll(candidates, task);
  const worth = ({ measured }: Candidate) =>
    task.goal.kind === 'least-loss' ? [measured.loss, measured.flashBytes] : [measured.flashBytes, measured.loss];
  return { candidates, chosen: fitting.reduce((a, b) => (before(worth(b), worth(a)) ? b : a)) };
}

type Look = (formats: readonly string[]) => Promise<Candidate>;

/** Programs that are compiled for each one that is assessed, at most. */
const MOST_COMPILED = 4;

/** Those with the least predicted loss, from the largest down, as far as their compiled programs fit. */
async function lookAtLargest({ within, count, limits, flashOf }: Choosing, look: Look): Promise<void> {
  let fitting = 0;
  for (const [i, { formats }] of [...within].reverse().entries()) {
    if (fitting === count || i === MOST_COMPILED * count) return;
    if ((await flashOf(formats)) > limits.flashBytes) continue;
    await look(formats);
    fitting++;
  }
}

/** The smallest that keeps the loss: losses fall along the frontier, or nearly so. */
async function bisect({ within, count }: Choosing, look: Look): Promise<void> {
  let [low, high] = [0, within.length - 1];
  for (let i = 0; i < count && low <= high; i++) {
    const middle = (low + high) >> 1;
    if ((await look(within[middle].formats)).fits) high = middle - 1;
    else low = middle + 1;
  }
  // What the last steps led to, when the budget ended before.
  if (high >= 0 && high < within.length - 1) await look(within[high + 1].formats);
}

/** One assignment for each format that some layer may choose: the format wherever it can be had. */
function uniform({ layers }: SearchProblem): string[][] {
  const free = layers.filter((choices) => choices.length > 1).flat();
  return [...new Set(free.map(({ format }) => format))].map((wanted) =>
    layers.map((choices) => (choices.find(({ format }) => format === wanted) ?? choices[0]).format),
  );
}

function keeps({ limits, goal, ...choosing }: Choosing, measured: Assessment): boolean {
  const { flashBytes, ramBytes, instructions, loss } = measured;
  const fits =
    flashBytes <= limits.flashBytes && ramBytes <= limits.ramBytes && (instructions?.total ?? 0) <= limits.instructions;
  if (goal.kind === 'least-loss') return fits;
  if (goal.kind === 'max-loss') return fits && loss <= goal.most;
  return fits && dropOf(choosing, measured) <= goal.most + 1e-9;
}

/** Points of a share, or percent of an error, by which the float model is better. */
export function dropOf({ floatScore, metric }: Pick<Choosing, 'floatScore' | 'metric'>, { score }: Assessment): number {
  return drop(
    { metric: must(metric, 'metric'), value: must(score, 'score') },
    must(floatScore, 'score of the float model'),
  );
}

/** Lexicographic. */
function before(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((x, i) => x !== b[i]);
  return at >= 0 && a[at] < b[at];
}
