import { join } from 'node:path';
import { generateC } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Graph } from '../ir/types.ts';
import { type ActivationEntry, uniformActivations } from '../passes/quantize/uniform-activations.ts';
import { bytesText } from '../report/table.ts';
import { createEvaluator } from '../runtime/evaluator.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { checkGoal, checkOptions } from './check-options.ts';
import { lossNumber } from './describe.ts';
import { mixedActivations } from './mixed-activations.ts';
import { layerByLayer, openSubject } from './open-subject.ts';
import { programCosts } from './program-costs.ts';
import { searchPrecision } from './search-precision.ts';
import { graphLoss } from './subject.ts';
import type { ActivationTrial, PrecisionSearch, SearchOptions } from './types.ts';

type Bits = ActivationEntry['bits'];

/**
 * Finds bits for activations as well: each of `bits` everywhere, and mixes of neighbours that need less memory
 * (mixed-activations.ts). All are measured with weights in int8; formats of weights are searched for those that keep the
 * limits then, the least loss first. Errors as searchPrecision().
 */
export async function searchActivations(options: SearchOptions, bits: readonly Bits[]): Promise<PrecisionSearch> {
  checkOptions(options);
  checkGoal(options);
  const own = openedOnce(layerByLayer(options));
  const trials = await measureAll(own, bits);
  const searches = new Map<Trial, PrecisionSearch>();
  const refused = new Map<Trial, string>();
  let best: PrecisionSearch | null = null;
  for (const trial of [...trials].sort((a, b) => a.int8.loss - b.int8.loss)) {
    const because = whyNot(trial, options, best);
    if (because !== null) {
      refused.set(trial, because);
      continue;
    }
    try {
      const search = await searchPrecision(withActivations(own, trial.entries));
      searches.set(trial, search);
      if (best === null || isBetter(search, best)) best = search;
    } catch (error) {
      if (!(error instanceof UserError && error.problem.code === 'DOES_NOT_FIT')) throw error;
      refused.set(trial, error.problem.because?.join('; ') ?? error.message);
    }
  }
  if (best === null) throw refuseAll(trials, refused, options);
  const activations = trials.map(
    (trial): ActivationTrial => ({
      ...trial,
      found: searches.get(trial)?.chosen ?? null,
      because: refused.get(trial) ?? null,
    }),
  );
  return { ...best, activations };
}

type Trial = Omit<ActivationTrial, 'found' | 'because'>;

/** Of each two neighbours: those that need least memory. */
const MOST_MIXED = 3;

/** With weights in int8, by bits. */
async function measureAll(options: SearchOptions, bits: readonly Bits[]): Promise<Trial[]> {
  const evaluator = createEvaluator();
  const { evaluate } = evaluator;
  const measure = async (name: string, entries: readonly ActivationEntry[]) => {
    const { compile, directory } = withActivations(options, entries);
    const { subject } = await openSubject({ ...options, compile }, evaluate);
    const costs = await programCosts(generateC(subject.int8, compile), null, join(directory, 'activations'));
    const loss = await graphLoss(subject, subject.judged, subject.int8.graph, evaluate);
    return { subject, trial: { name, entries, int8: { ...costs, loss } } };
  };
  try {
    const trials: Trial[] = [];
    for (const [i, high] of bits.entries()) {
      const { subject, trial } = await measure(String(high), uniformActivations(high));
      const low = bits[i - 1];
      const { compile } = withActivations(options, []);
      const mixes = low === undefined ? [] : await mixedActivations(compile, subject, [low, high], evaluate);
      for (const { entries, lowered, of } of mixes.slice(-MOST_MIXED).reverse()) {
        trials.push((await measure(`${high}, ${lowered} of ${of} in ${low}`, entries)).trial);
      }
      trials.push(trial);
      options.progress('activations', i + 1, bits.length);
    }
    return trials;
  } finally {
    await evaluator.release();
  }
}

/** Why weights need not be searched for it; with fewer bits of weights nothing gets better. */
function whyNot({ int8 }: Trial, { limits, goal }: SearchOptions, best: PrecisionSearch | null): string | null {
  if (int8.ramBytes > limits.ramBytes) return `RAM: ${bytesText(int8.ramBytes)} with weights in int8`;
  const loss = `loss: ${lossNumber(int8.loss)} with weights in int8`;
  if (goal.kind === 'max-loss' && int8.loss > goal.most) return loss;
  return goal.kind === 'least-loss' && best && int8.loss >= best.chosen.measured.loss ? loss : null;
}

function isBetter(
  { goal, chosen: { measured: a } }: PrecisionSearch,
  { chosen: { measured: b } }: PrecisionSearch,
): boolean {
  const [first, second] = [a.loss - b.loss, a.flashBytes - b.flashBytes];
  return goal.kind === 'least-loss'
    ? first < 0 || (first === 0 && second < 0)
    : second < 0 || (second === 0 && first < 0);
}

/** Opens data once for all searches; each may make the compiler take as much as one. */
function openedOnce(options: SearchOptions): SearchOptions {
  const once = <T>(open: (graph: Graph) => Promise<T>) => {
    let opened: Promise<T> | null = null;
    return (graph: Graph) => (opened ??= open(graph));
  };
  const { compile, labelled } = options;
  return {
    ...options,
    labelled: labelled && once<Dataset>(labelled),
    compile: { ...compile, ...(compile.calibration && { calibration: once<Dataset>(compile.calibration) }) },
  };
}

function withActivations(options: SearchOptions, activations: readonly ActivationEntry[]): SearchOptions {
  const { memory, ...compile } = options.compile;
  return { ...options, compile: { ...compile, memory: new MemoryBudget(memory?.bytes), activations } };
}

function refuseAll(
  trials: readonly Trial[],
  refused: ReadonlyMap<Trial, string>,
  { compile }: SearchOptions,
): UserError {
  return new UserError({
    code: 'DOES_NOT_FIT',
    message: 'activations of no bits keep the limits',
    where: compile.target.name,
    because: trials.map((trial) => `${trial.name}: ${refused.get(trial)}`),
    hint: 'raise a limit, or allow smaller formats with --formats or fewer bits with --activation-bits',
  });
}
