import { type CompileOptions, generateC, int8Pipeline } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Json } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import type { MetricName } from '../metrics/index.ts';
import { truthOf } from '../metrics/truth.ts';
import { fewBit } from '../passes/fewbit/few-bit.ts';
import type { Evaluate } from '../passes/pass.ts';
import { step } from '../passes/pass.ts';
import type { ActivationEntry } from '../passes/quantize/uniform-activations.ts';
import { printRecipe } from '../passes/recipe.ts';
import { createEvaluator } from '../runtime/evaluator.ts';
import { must, UserError } from '../support/errors.ts';
import { type Assessment, assess, type Bench, fewBitOptions, patternOf, scoreOf } from './assess.ts';
import { checkGoal, checkOptions, checkPins, formatsOfLayers } from './check-options.ts';
import { choose } from './choose.ts';
import { lowerBound } from './lower-bound.ts';
import { type MeasuredCosts, measureCosts } from './measure-costs.ts';
import { measureSensitivity, type Sensitivity, withEncoded } from './measure-sensitivity.ts';
import type { LossKind } from './output-loss.ts';
import { type ProgramCosts, programCosts } from './program-costs.ts';
import { limitsRefused } from './refuse-limits.ts';
import { type Assignment, type Choice, type Costs, NO_LIMITS, paretoFrontier } from './solve.ts';
import { prepareSubject, type Subject } from './subject.ts';

/** What the search is after. `most`: loss in its own unit; points of the metric under the float model, percent of an error above it (needs labels). */
export type Goal = { readonly kind: 'least-loss' } | { readonly kind: 'max-loss' | 'max-drop'; readonly most: number };

export interface SearchOptions {
  /** The model as for compileModel(), with calibration data; a recipe, or weights, say nothing here. */
  readonly compile: CompileOptions;
  /** Names of weight formats to choose from. */
  readonly formats: readonly string[];
  /** Layers that have no choice; patterns as in recipes, later ones win. */
  readonly pins: readonly { readonly match: string; readonly format: string }[];
  /** Infinity: no limit. Flash and RAM as compile reports them. */
  readonly limits: Omit<Costs, 'loss'>;
  readonly goal: Goal;
  /** Calibration samples of each sweep, and of the encoding. */
  readonly samples: number;
  /** Labelled samples; opened with the imported graph. */
  readonly labelled: ((graph: Graph) => Promise<Dataset>) | null;
  /** So many assignments near the best are encoded, compiled and run; others beside them for the table. */
  readonly candidates: number;
  /** A folder for builds. */
  readonly directory: string;
  progress(step: string, done: number, total: number): void;
}

/** An assignment that was encoded, compiled and run. */
export interface Candidate {
  /** Of each layer. */
  readonly formats: readonly string[];
  readonly predicted: Costs;
  readonly measured: Assessment;
  /** Keeps all limits, and the goal's. */
  readonly fits: boolean;
}

/** Activations of some bits, with weights in int8 and with those that were found for them. */
export interface ActivationTrial {
  /** '4', '8', '16' everywhere, or '8, 3 of 12 in 4'. */
  readonly name: string;
  readonly entries: readonly ActivationEntry[];
  readonly int8: ProgramCosts & { readonly loss: number };
  /** Null: weights were not searched, or nothing keeps the limits. */
  readonly found: Candidate | null;
  /** Why there is nothing. */
  readonly because: string | null;
}

export interface SearchedLayer {
  /** What a recipe may call it: may be hostile text. */
  readonly name: string;
  readonly op: string;
  readonly weights: number;
  readonly choices: readonly Choice[];
}

export interface PrecisionSearch {
  readonly model: string;
  readonly target: string;
  readonly loss: LossKind;
  readonly limits: Omit<Costs, 'loss'>;
  readonly goal: Goal;
  readonly layers: readonly SearchedLayer[];
  /** Predicted, of all assignments whatever the limits, by flash. */
  readonly frontier: readonly Assignment[];
  /** Whether the frontier within the limits is exact; and no assignment within them has less loss than the bound. */
  readonly exact: boolean;
  readonly lossBound: number;
  /** By flash. */
  readonly candidates: readonly Candidate[];
  /** One of the candidates. */
  readonly chosen: Candidate;
  /** The model that the search started from. */
  readonly int8: ProgramCosts & { readonly loss: number };
  /** How labelled samples judge the first output; null without any. */
  readonly metric: MetricName | null;
  /** Of the float model. */
  readonly floatScore: number | null;
  readonly labelledSamples: number;
  readonly samples: number;
  /** Where bits of activations were searched: all that was tried. Else nothing. */
  readonly activations: readonly ActivationTrial[];
  /** For compile --recipe. */
  readonly recipe: Json;
}

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
export async function openSearch(options: Omit<SearchOptions, 'limits' | 'goal'>): Promise<OpenSearch> {
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

/** Opens all data before any pass runs. */
export async function openSubject(
  options: Omit<SearchOptions, 'limits' | 'goal'>,
  evaluate: Evaluate,
): Promise<{ subject: Subject; labelled: Dataset | null }> {
  let labelled: Dataset | null = null;
  const { calibration, ...compile } = options.compile;
  const open = async (imported: Graph) => {
    checkPins(options, imported);
    labelled = options.labelled && requireLabels(await options.labelled(imported));
    return calibration!(imported);
  };
  const setup = { samples: options.samples, labelled: () => Boolean(labelled?.labels), evaluate };
  return { subject: await prepareSubject({ ...compile, calibration: open }, setup), labelled };
}

function requireLabels(dataset: Dataset): Dataset {
  if (truthOf(dataset)) return dataset;
  throw new UserError({
    code: 'BAD_DATA',
    message: `${dataset.name} has no labels`,
    hint: 'give --labels FILE with it, or an NPZ with an array "labels"',
  });
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
