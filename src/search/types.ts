import type { CompileOptions } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Json } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import type { MetricName } from '../metrics/index.ts';
import type { ActivationEntry } from '../passes/quantize/uniform-activations.ts';
import type { Assessment } from './assess.ts';
import type { LossKind } from './output-loss.ts';
import type { Assignment, Choice, Costs } from './problem.ts';
import type { ProgramCosts } from './program-costs.ts';

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
