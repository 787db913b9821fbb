import { canFit, extend, formatsOf, type Label } from './label.ts';
import type { Assignment, Costs, SearchProblem } from './problem.ts';
import { prepare, type State } from './shared-kernels.ts';
import { skyline, thinned, undominated } from './undominated.ts';

export interface Frontier {
  /**
   * By flash, ascending: every assignment within the limits that no other beats in flash and loss (and in instructions,
   * when these are limited).
   */
  readonly assignments: readonly Assignment[];
  /** False: there were too many partial assignments, and some that differ little were dropped. */
  readonly exact: boolean;
}

const MOST_LABELS = 8_000;

/**
 * The multiple-choice knapsack with fixed charges, solved by labels: layer by layer, all partial assignments but those
 * that exceed a limit whatever follows, and those that another one beats whatever follows.
 *
 * A beats B when it has no more loss and instructions, and flash(A) + excess(A, B) <= flash(B), where the excess is the
 * most by which the code of A may exceed that of B whatever follows.
 */
export function paretoFrontier(problem: SearchProblem, limits: Costs, mostLabels = MOST_LABELS): Frontier {
  const state = prepare(problem, limits);
  let labels: Label[] = [{ ...problem.base, used: { once: 0, again: 0 }, parent: null, format: '' }];
  let exact = true;
  for (const [l, choices] of problem.layers.entries()) {
    const rest = state.rest[l + 1];
    const grown: Label[] = [];
    for (const label of labels) {
      for (const choice of choices) {
        const next = extend(label, choice, state);
        if (canFit(next, rest, state, limits)) grown.push(next);
      }
    }
    labels = undominated(grown, state);
    if (labels.length > mostLabels) {
      labels = thinned(labels, mostLabels, state);
      exact = false;
    }
  }
  return { assignments: finish(labels, state), exact };
}

function finish(labels: readonly Label[], state: State): Assignment[] {
  const whole = labels.map((label) => ({ ...label, flashBytes: label.flashBytes + state.code(label.used) }));
  return skyline(whole, state).map((label) => {
    const { loss, flashBytes, instructions, ramBytes } = label;
    return { loss, flashBytes, instructions, ramBytes, formats: formatsOf(label) };
  });
}
