import { dropUnit, METRICS } from '../metrics/index.ts';
import { bytesText, grouped } from '../report/table.ts';
import { UserError } from '../support/errors.ts';
import type { Assessment } from './assess.ts';
import { type Choosing, dropOf } from './choose.ts';
import type { Costs, SearchProblem } from './problem.ts';
import { paretoFrontier } from './solve.ts';
import type { Candidate } from './types.ts';

type Limited = 'flashBytes' | 'ramBytes' | 'instructions';

const NAMES: Readonly<Record<Limited, string>> = {
  flashBytes: 'flash',
  ramBytes: 'RAM',
  instructions: 'instructions',
};

/** Larger than any count, and yet a limit: the solver then keeps quick assignments apart. */
const ANY = 2 ** 52;

/** The error for limits that no assignment keeps: for each of them, how low it could be with the others kept. */
export function limitsRefused(problem: SearchProblem, limits: Costs, target: string): UserError {
  const set = (Object.keys(NAMES) as Limited[]).filter((cost) => limits[cost] < Number.POSITIVE_INFINITY);
  const because = set.map((cost) => {
    const least = leastOf(problem, limits, cost);
    const limit = `${NAMES[cost]}: the limit is ${amount(cost, limits[cost])}`;
    if (least === null) return `${limit}; even without it the others cannot be kept`;
    const alone = set.length > 1 ? ' with the other limits kept' : '';
    return `${limit}, the least possible${alone} ${amount(cost, least)}`;
  });
  return new UserError({
    code: 'DOES_NOT_FIT',
    message: 'no assignment of formats keeps the limits',
    where: target,
    because,
    hint: 'raise a limit, or allow smaller formats with --formats',
  });
}

/** The error when the best predictions do not keep the limits once they are compiled and run. */
export function refuseAll(candidates: readonly Candidate[], { limits, goal, ...choosing }: Choosing): UserError {
  const least = (pick: (measured: Assessment) => number) =>
    Math.min(...candidates.map(({ measured }) => pick(measured)));
  const lines = [
    ...(limits.flashBytes < Infinity
      ? [`flash: limit ${bytesText(limits.flashBytes)}, least ${bytesText(least((m) => m.flashBytes))}`]
      : []),
    ...(limits.ramBytes < Infinity
      ? [`RAM: limit ${bytesText(limits.ramBytes)}, least ${bytesText(least((m) => m.ramBytes))}`]
      : []),
    ...(goal.kind === 'max-loss' ? [`loss: limit ${goal.most}, least ${least((m) => m.loss).toPrecision(3)}`] : []),
    ...(goal.kind === 'max-drop' && choosing.metric !== null
      ? [
          `${METRICS[choosing.metric].title}: limit ${goal.most} ${dropUnit(choosing.metric)} float, least ${least((m) => dropOf(choosing, m)).toFixed(2)}`,
        ]
      : []),
  ];
  return new UserError({
    code: 'DOES_NOT_FIT',
    message: `none of ${candidates.length} assignments that were compiled and run keeps the limits`,
    because: lines,
    hint: 'raise a limit, look at more with --candidates, or allow other formats with --formats',
  });
}

function amount(cost: Limited, value: number): string {
  return cost === 'instructions' ? grouped(value) : bytesText(value);
}

function leastOf(problem: SearchProblem, limits: Costs, cost: Limited): number | null {
  const loosened = { ...limits, [cost]: cost === 'instructions' ? ANY : Number.POSITIVE_INFINITY };
  if (cost !== 'ramBytes') {
    const { assignments } = paretoFrontier(problem, loosened);
    return assignments.length === 0 ? null : Math.min(...assignments.map((one) => one[cost]));
  }
  const steps = [problem.base, ...problem.layers.flat()].map(({ ramBytes }) => ramBytes).sort((a, b) => a - b);
  return steps.find((ramBytes) => paretoFrontier(problem, { ...limits, ramBytes }).assignments.length > 0) ?? null;
}
