import { printGraph } from '../ir/text.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { createRng } from '../numerics/rng.ts';
import { InvariantError, UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { nearestName } from '../support/nearest.ts';
import type { OpenSession } from '../train/session.ts';
import { FACTS } from './facts.ts';
import {
  type AnyPass,
  type Checkpoints,
  type Dataset,
  type Evaluate,
  type PassContext,
  type Step,
  step,
} from './pass.ts';

/** Passes in order; a bare pass runs with its defaults. */
export type Pipeline = readonly (AnyPass | Step)[];

export interface PipelineOptions {
  /** Runs graphs in onnxruntime; passes that fold or calibrate need it. */
  readonly evaluate?: Evaluate;
  /** Loads graphs to train them; passes that train need it. */
  readonly open?: OpenSession;
  /** Of what constants become. Default: a budget of 1 GB for this run. */
  readonly memory?: MemoryBudget;
  readonly dataset?: Dataset;
  readonly signal?: AbortSignal;
  /** Of ctx.rng. Default 0. */
  readonly seed?: number;
  progress?(pass: string, done: number, total: number, note?: string): void;
  /** Where passes that train keep their state. */
  readonly checkpoints?: Checkpoints;
  /** Called with the graph's text before the first pass (index 0, name 'input') and after every pass. */
  dumpIr?(index: number, pass: string, text: string): void;
  /** Called with the graph after every pass. */
  observe?(pass: string, graph: Graph): void;
  /** Names of passes after which `printIr` gets the graph's text; 'all' stands for every pass. */
  readonly printIrAfter?: readonly string[];
  printIr?(pass: string, text: string): void;
  /** Name of the last pass to run. */
  readonly stopAfter?: string;
  /** All passes there are, to say which one provides a missing fact. Default: those of the pipeline. */
  readonly known?: readonly AnyPass[];
}

export interface Remark {
  readonly pass: string;
  /** Name and operator of the node it is about. */
  readonly node: string;
  readonly op: string;
  readonly text: string;
}

export interface PipelineResult {
  readonly graph: Graph;
  /** The last graph without codes, the first one included; null when all had some. Shares value names with `graph`. */
  readonly reference: Graph | null;
  readonly remarks: readonly Remark[];
  /** Wall time of each pass that ran, verification included. */
  readonly timings: readonly { readonly pass: string; readonly milliseconds: number }[];
}

/**
 * Lets every pass refuse its options, then runs them in order; checks facts before and after each one and verifies the graph in between.
 * Throws UserError BAD_PASS for a missing fact, BAD_ARGUMENT for an unknown pass name among the options,
 * InvariantError when a pass breaks the graph or its own promise.
 */
export async function runPipeline(
  graph: Graph,
  pipeline: Pipeline,
  given: PipelineOptions = {},
): Promise<PipelineResult> {
  const options = { memory: new MemoryBudget(), ...given };
  const steps = pipeline.map((entry) => ('pass' in entry ? entry : step(entry)));
  const names = steps.map(({ pass }) => pass.name);
  const { stopAfter, printIrAfter = [] } = options;
  for (const name of [...printIrAfter.filter((entry) => entry !== 'all'), ...(stopAfter ? [stopAfter] : [])]) {
    requireName(name, names);
  }
  for (const { pass, options: passOptions } of steps) {
    pass.check?.(passOptions, { graph, dataset: options.dataset ?? null });
    if (pass.name === stopAfter) break;
  }
  const remarks: Remark[] = [];
  const timings: PipelineResult['timings'][number][] = [];

  verifyGraph(graph, 'before the first pass');
  options.dumpIr?.(0, 'input', printGraph(graph));
  let current = graph;
  let reference = isFloat(graph) ? graph : null;
  for (const [index, { pass, options: passOptions }] of steps.entries()) {
    options.signal?.throwIfAborted();
    const start = performance.now();
    requireFacts(current, pass, options.known ?? steps.map((other) => other.pass));
    current = await runOne(current, pass, passOptions, contextOf(index, pass, options, remarks, reference));
    if (isFloat(current)) reference = current;
    timings.push({ pass: pass.name, milliseconds: performance.now() - start });
    options.dumpIr?.(index + 1, pass.name, printGraph(current));
    options.observe?.(pass.name, current);
    if (printIrAfter.includes(pass.name) || printIrAfter.includes('all')) {
      options.printIr?.(pass.name, printGraph(current));
    }
    if (pass.name === stopAfter) break;
  }
  return { graph: current, reference, remarks, timings };
}

/** One pass with checks, for tests and for callers that need no pipeline. */
export function runPass(pass: AnyPass | Step, graph: Graph, options: PipelineOptions = {}): Promise<PipelineResult> {
  return runPipeline(graph, [pass], options);
}

function isFloat(graph: Graph): boolean {
  return FACTS['float-only'].check(graph) === null;
}

async function runOne(graph: Graph, pass: AnyPass, options: Step['options'], ctx: PassContext): Promise<Graph> {
  try {
    const result = await pass.run(graph, options, ctx);
    verifyGraph(result, 'in the result');
    for (const fact of pass.provides) {
      const offender = FACTS[fact].check(result);
      if (offender !== null)
        throw new InvariantError(`the promise '${fact}' (${FACTS[fact].summary}) is broken by ${offender}`);
    }
    return result;
  } catch (cause) {
    if (!(cause instanceof InvariantError)) throw cause;
    throw new InvariantError(`pass '${pass.name}': ${cause.message}`, { cause });
  }
}

function requireFacts(graph: Graph, pass: AnyPass, known: readonly AnyPass[]): void {
  const missing = pass.requires.flatMap((fact) => {
    const offender = FACTS[fact].check(graph);
    return offender === null ? [] : [{ fact, offender }];
  });
  if (missing.length === 0) return;
  const providers = known.filter((other) => missing.some(({ fact }) => other.provides.includes(fact)));
  const names = [...new Set(providers.map((other) => `'${other.name}'`))];
  throw new UserError({
    code: 'BAD_PASS',
    message: `pass '${pass.name}' cannot run here`,
    because: missing.map(
      ({ fact, offender }) => `it requires '${fact}' (${FACTS[fact].summary}), but there is ${offender}`,
    ),
    hint: names.length > 0 ? `run ${names.join(' and ')} before it` : 'no pass provides this: change the model',
  });
}

function contextOf(
  index: number,
  pass: AnyPass,
  options: PipelineOptions & { readonly memory: MemoryBudget },
  remarks: Remark[],
  reference: Graph | null,
): PassContext {
  return {
    remark: (node, text) => remarks.push({ pass: pass.name, node: node.name, op: node.op, text }),
    rng: createRng(options.seed ?? 0),
    evaluate: options.evaluate ?? (() => Promise.reject(noEvaluate(pass))),
    open: options.open ?? (() => Promise.reject(noEvaluate(pass))),
    memory: options.memory,
    dataset: options.dataset ?? null,
    reference,
    progress: (done, total, note) => options.progress?.(pass.name, done, total, note),
    checkpoints: options.checkpoints ? scoped(options.checkpoints, `${index}-${pass.name}`) : null,
    signal: options.signal ?? null,
  };
}

/** The same pass may stand twice in a pipeline. */
function scoped({ read, write }: Checkpoints, prefix: string): Checkpoints {
  return {
    read: (name) => read(`${prefix}/${name}`),
    write: (name, checkpoint) => write(`${prefix}/${name}`, checkpoint),
  };
}

function noEvaluate(pass: AnyPass): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: `pass '${pass.name}' has to run a part of the graph and nothing was given to run it with`,
    hint: 'give runPipeline() the options `evaluate` and `open`',
  });
}

function requireName(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const nearest = nearestName(name, names);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the pipeline has no pass '${name}'`,
    hint: nearest ? `did you mean '${nearest}'?` : `it has ${[...new Set(names)].join(', ')}`,
  });
}
