import type { Json } from '../ir/program.ts';
import type { Graph, Node, Shape, Tensor, ValueName } from '../ir/types.ts';
import type { Rng } from '../numerics/rng.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import type { OpenSession } from '../train/session.ts';
import type { Checkpoint } from '../train/trainer.ts';
import type { Fact } from './facts.ts';

export type PassOptions = { readonly [key: string]: Json };

/** Samples of the model's inputs, one inference each. */
export interface Dataset {
  readonly length: number;
  /** The class of each sample; null or absent: unknown. */
  readonly labels?: Int32Array | null;
  /** The class of each place of a sample; null or absent: unknown. */
  readonly maps?: LabelMaps | null;
  /** Feeds by input name. */
  sample(index: number): ReadonlyMap<ValueName, Tensor> | Promise<ReadonlyMap<ValueName, Tensor>>;
}

/** What segmentation learns from. */
export interface LabelMaps {
  /** Of the places of a sample: [height, width]. */
  readonly shape: Shape;
  /** A class for each place; -1: nothing is known of it. */
  sample(index: number): Int32Array;
}

/** Runs a graph (without codes) in onnxruntime and gives every graph output. Feeds: one tensor per graph input. */
export type Evaluate = (
  graph: Graph,
  feeds?: ReadonlyMap<ValueName, Tensor>,
) => Promise<ReadonlyMap<ValueName, Tensor>>;

/** All a pass may know besides its graph and its options. */
export interface PassContext {
  /** A note for the reader of the report: what was left as it is and why, what was assumed. */
  remark(node: Node, text: string): void;
  /** Seeded; the same for every run of the same pipeline. */
  readonly rng: Rng;
  evaluate: Evaluate;
  /** Loads a graph to train it: fast, and close to what `evaluate` gives. */
  open: OpenSession;
  /** Counts what passes compute of constants. */
  readonly memory: MemoryBudget;
  readonly dataset: Dataset | null;
  /** The last graph of this pipeline in which no value held codes: what a quantized graph should compute. */
  readonly reference: Graph | null;
  /** `note`: how good it is by now, as in 'loss 0.12'. */
  progress(done: number, total: number, note?: string): void;
  /** Where training can go on after it was cut off; null: nowhere. */
  readonly checkpoints: Checkpoints | null;
  /** Long passes look at it between their units of work. */
  readonly signal: AbortSignal | null;
}

/** Keeps the state of training under names; the same pipeline with the same seed asks for the same names. */
export interface Checkpoints {
  read(name: string): Promise<Checkpoint | null>;
  write(name: string, checkpoint: Checkpoint): Promise<void>;
}

/** What is known when a pipeline begins. */
export interface PipelineStart {
  /** Before the first pass: nodes may still get other names, be fused, or go. */
  readonly graph: Graph;
  readonly dataset: Dataset | null;
}

/**
 * Graph in, Graph out. `run` neither writes into its graph nor keeps state; whatever it needs from outside comes
 * through the context.
 */
export interface Pass<O extends PassOptions> {
  /** File name, CLI name and recipe name. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Checked before the pass runs. */
  readonly requires: readonly Fact[];
  /** Checked after it. */
  readonly provides: readonly Fact[];
  /** Every option with its default; a recipe may set these and no others. */
  readonly defaults: O;
  /**
   * Refuses options that cannot work, before any pass of the pipeline runs.
   * @throws UserError
   */
  check?(options: O, start: PipelineStart): void;
  run(graph: Graph, options: O, ctx: PassContext): Graph | Promise<Graph>;
}

export type AnyPass = Pass<PassOptions>;

/** Declares a pass; only names its type. */
export function definePass<O extends PassOptions>(pass: Pass<O>): Pass<O> {
  return pass;
}

/** A pass with its options filled in. */
export interface Step {
  readonly pass: AnyPass;
  readonly options: PassOptions;
}

/** A pass with some options other than their defaults. */
export function step<O extends PassOptions>(pass: Pass<O>, options: Partial<O> = {}): Step {
  return { pass, options: { ...pass.defaults, ...options } };
}
