import { generateC } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Json } from '../ir/program.ts';
import { truthOf } from '../metrics/truth.ts';
import { fewBit } from '../passes/fewbit/few-bit.ts';
import type { Evaluate } from '../passes/pass.ts';
import { step } from '../passes/pass.ts';
import { printRecipe } from '../passes/recipe.ts';
import { int8Pipeline } from '../passes/usual-pipeline.ts';
import { createEvaluator } from '../runtime/evaluator.ts';
import { must, UserError } from '../support/errors.ts';
import { type Assessment, assess, type Bench, fewBitOptions, patternOf, scoreOf } from './assess.ts';
import { checkGoal, checkOptions, formatsOfLayers } from './check-options.ts';
import { choose } from './choose.ts';
import { lowerBound } from './lower-bound.ts';
import { type MeasuredCosts, measureCosts } from './measure-costs.ts';
import { measureSensitivity, type Sensitivity, withEncoded } from './measure-sensitivity.ts';
import { layerByLayer, openSubject } from './open-subject.ts';
import { type Costs, NO_LIMITS } from './problem.ts';
import { programCosts } from './program-costs.ts';
import { limitsRefused } from './refuse-limits.ts';
import { paretoFrontier } from './solve.ts';
import type { Subject } from './subject.ts';
import type { Goal, PrecisionSearch, SearchOptions } from './types.ts';

/**
 * Finds a weight format for each layer.
 *
 * 1. Every layer alone in every format: how far the outputs move, on calibration samples (measure-sensitivity.ts).
 * 2. What each of these costs, from compiled programs (measure-costs.ts).
 * 3. The best assignments if losses add up (solve.ts).
 * 4. They do not quite: several are encoded as a whole, compiled and run, and the best of these is taken (choose.ts).
 *
 * @throws UserError BAD_ARGUMENT, BAD_DATA, before any work; DOES_NOT_FIT when nothing keeps the limits.
 */
export async function searchPrecision(options: SearchOptions): Promise<PrecisionSearch> {
  checkGoal(options);
  const search = await openSearch(options);
  try {
    return await search.find(options.limits, options.goal);
  } finally {
    await search.close();
  }
}

/** The measurements of a model, to search in more than once. */
export interface OpenSearch {
  readonly floatScore: number | null;
  /** Encodes, compiles and runs an assignment, once. */
  assess(formats: readonly string[]): Promise<Assessment>;
  find(limits: SearchOptions['limits'], goal: Goal): Promise<PrecisionSearch>;
  close(): Promise<void>;
}

/** Steps 1 and 2. Errors as searchPrecision(). */
export async function openSearch(own: Omit<SearchOptions, 'limits' | 'goal'>): Promise<OpenSearch> {
  const options = layerByLayer(own);
  checkOptions(options);
  const [passes, sweeps] = [createEvaluator(), createEvaluator()];
  const close = async () => {
    await passes.release();
    await sweeps.release();
  };
  try {
    const { subject, labelled } = await openSubject(options, passes.evaluate);
    const measured = await measureModel(options, subject, sweeps.evaluate);
    const floatScore = labelled && (await scoreOf(subject.int8.floatGraph, labelled, sweeps.evaluate));
    const bench: Bench = {
      samples: options.samples,
      labelled,
      evaluate: sweeps.evaluate,
      directory: options.directory,
    };
    const known = new Map<string, Assessment>();
    const assessOnce = async (formats: readonly string[]) => {
      const assessment = known.get(formats.join()) ?? (await assess(subject, formats, bench));
      known.set(formats.join(), assessment);
      return assessment;
    };
    const find = (limits: SearchOptions['limits'], goal: Goal) =>
      findAssignment({ options, subject, measured, floatScore, labelled, assess: assessOnce }, limits, goal);
    return { floatScore, assess: assessOnce, find, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Measured = MeasuredCosts & { readonly encoded: Sensitivity['layers']; readonly base: number };

async function measureModel(
  { directory, progress, ...options }: Omit<SearchOptions, 'limits' | 'goal'>,
  subject: Subject,
  sweep: Evaluate,
): Promise<Measured> {
  const formats = formatsOfLayers(options, subject.layers);
  const { base, layers: encoded } = await measureSensitivity(subject, formats, sweep, (done, total) =>
    progress('sensitivity', done, total),
  );
  const costs = await measureCosts(subject, encoded, base, directory, (done, total) => progress('costs', done, total));
  return { ...costs, encoded, base };
}

interface Task {
  readonly options: Omit<SearchOptions, 'limits' | 'goal'>;
  readonly subject: Subject;
  readonly measured: Measured;
  readonly floatScore: number | null;
  readonly labelled: Dataset | null;
  readonly assess: OpenSearch['assess'];
}

/** Steps 3 and 4. */
async function findAssignment(task: Task, own: SearchOptions['limits'], goal: Goal): Promise<PrecisionSearch> {
  const { options, subject, measured, floatScore, labelled } = task;
  const { problem, base } = measured;
  const { layers } = subject;
  const metric = labelled && must(truthOf(labelled), 'labels').metric;
  const limits: Costs = { ...own, loss: Number.POSITIVE_INFINITY };
  if (limits.instructions < Number.POSITIVE_INFINITY && !measured.int8.instructions) throw cannotCount();
  // Code is a model: what seems to be a little too large is compiled before it is given up.
  const loose = { ...limits, flashBytes: limits.flashBytes + measured.errorBytes };
  const within = paretoFrontier(problem, loose);
  if (within.assignments.length === 0) throw limitsRefused(problem, limits, options.compile.target.name);
  const { candidates, chosen } = await choose({
    problem,
    limits,
    within: within.assignments,
    goal,
    count: options.candidates,
    floatScore,
    metric,
    assess: task.assess,
    flashOf: (formats) => flashOf(task, formats),
    progress: (done, total) => options.progress('candidates', done, total),
  });
  return {
    model: options.compile.name,
    target: options.compile.target.name,
    loss: subject.point.kind,
    limits: own,
    goal,
    layers: layers.map((layer, l) => ({
      name: patternOf(layer, layers),
      op: layer.node.op,
      weights: layer.weights.length,
      choices: problem.layers[l],
    })),
    frontier: paretoFrontier(problem, NO_LIMITS).assignments,
    exact: within.exact,
    lossBound: lowerBound(problem, loose, 'loss'),
    candidates,
    chosen,
    int8: { ...measured.int8, loss: base },
    metric,
    floatScore,
    labelledSamples: labelled?.count ?? 0,
    samples: subject.fitted.feeds.length,
    activations: [],
    recipe: recipeOf(subject, chosen.formats, options.samples),
  };
}

/** Of the program with the layers as they were encoded alone: what differs from encoding them together takes no byte. */
async function flashOf({ options, subject, measured }: Task, formats: readonly string[]): Promise<number> {
  const encoded = measured.encoded.map((own, l) =>
    must(
      own.find(({ format }) => format === formats[l]),
      'a choice',
    ),
  );
  const graph = withEncoded(subject.int8.graph, encoded);
  const compilation = generateC({ ...subject.int8, graph }, options.compile);
  return (await programCosts(compilation, null, options.directory)).flashBytes;
}

function cannotCount(): UserError {
  return new UserError({
    code: 'TOOL_MISSING',
    message: 'instructions cannot be limited: there is no emulator to count them',
    hint: "choose a target with an emulator and install its tools ('nibblec doctor' names them), or leave --instructions out",
  });
}

function recipeOf(subject: Subject, formats: readonly string[], samples: number): Json {
  const last = step(fewBit, fewBitOptions(subject, formats, samples));
  return printRecipe('search', [...int8Pipeline(subject.options), last], subject.options);
}
