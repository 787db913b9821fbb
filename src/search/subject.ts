import { type CompileOptions, type Transformation, transformModel } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Graph } from '../ir/types.ts';
import { createRng } from '../numerics/rng.ts';
import { type EncodableLayer, encodableLayers } from '../passes/fewbit/encodable-layers.ts';
import type { Evaluate, PassContext } from '../passes/pass.ts';
import { asCodes, type Feeds } from '../passes/samples/calibration-samples.ts';
import { openTrainingSession } from '../runtime/training-session.ts';
import { UserError } from '../support/errors.ts';
import { type LossPoint, lossPoint, type Outputs, outputLoss } from './output-loss.ts';
import { runOutputs } from './run-outputs.ts';

/** The int8 model that a search starts from, and what it is judged by. */
export interface Subject {
  readonly options: CompileOptions;
  readonly int8: Transformation;
  /** In execution order. */
  readonly layers: readonly EncodableLayer[];
  readonly point: LossPoint;
  /** Samples that layers are encoded with, and those that whole assignments are judged by (others, if there are enough). */
  readonly fitted: Judge;
  readonly judged: Judge;
  /** For what a pass of the pipeline would do. */
  context(progress?: (done: number, total: number) => void): PassContext;
}

/** Samples, and the float model's outputs for them. */
export interface Judge {
  readonly feeds: readonly Feeds[];
  readonly goal: Outputs;
  /** The loss of outputs of a quantized graph; `graph` has their types (default: the int8 graph). */
  loss(outputs: Outputs, graph?: Graph): number;
}

/**
 * Quantizes the model to int8 and runs the float model over the samples.
 * @throws UserError BAD_DATA without calibration data, BAD_MODEL when no layer has weights to encode.
 */
export async function prepareSubject(
  options: CompileOptions,
  {
    samples,
    labelled,
    evaluate,
  }: {
    readonly samples: number;
    /** Whether samples have classes for labels; asked once they are open. */
    labelled(): boolean;
    readonly evaluate: Evaluate;
  },
): Promise<Subject> {
  const int8 = await transformModel({ ...options, precision: 'int8' });
  const { graph, floatGraph, dataset } = int8;
  if (!dataset) throw noData();
  const layers = encodableLayers(graph, floatGraph);
  if (layers.length === 0) throw noLayers(options.name);
  const point = lossPoint(floatGraph, graph, labelled());
  const judge = async (feeds: readonly Feeds[]): Promise<Judge> => {
    const goal = await runOutputs(floatGraph, point.values, feeds, evaluate);
    return { feeds, goal, loss: (outputs, own = graph) => outputLoss(point, own, goal, outputs) };
  };
  const fitted = await judge(spread(dataset, samples, 0));
  return {
    options,
    int8,
    layers,
    point,
    fitted,
    judged: dataset.count >= 2 * samples ? await judge(spread(dataset, samples, 0.5)) : fitted,
    context: (progress = () => {}) => ({
      remark: () => {},
      memory: int8.memory,
      rng: createRng(options.passes?.seed ?? 0),
      evaluate,
      open: openTrainingSession,
      dataset: { length: dataset.count, sample: (index) => dataset.sample(index) },
      reference: floatGraph,
      progress,
      checkpoints: null,
      signal: options.passes?.signal ?? null,
    }),
  };
}

/** The loss of a whole quantized graph. */
export async function graphLoss({ point }: Subject, judge: Judge, graph: Graph, evaluate: Evaluate): Promise<number> {
  const codes = judge.feeds.map((feed) => asCodes(graph, feed));
  return judge.loss(await runOutputs(graph, point.values, codes, evaluate), graph);
}

/** As calibrationSamples() takes them; `phase` 0.5: those in the middle between. */
function spread(dataset: Dataset, count: number, phase: number): Feeds[] {
  const samples = Math.min(count, dataset.count);
  return Array.from({ length: samples }, (_, i) =>
    dataset.sample(Math.min(dataset.count - 1, Math.floor(((i + phase) * dataset.count) / samples))),
  );
}

function noData(): UserError {
  return new UserError({
    code: 'BAD_DATA',
    message: 'search needs calibration data: samples of the real input',
    hint: 'pass --calibrate with an NPY, NPZ or IDX file',
  });
}

function noLayers(name: string): UserError {
  return new UserError({
    code: 'BAD_MODEL',
    message: `${name} has no layer whose weights could be encoded`,
    because: [
      'search chooses formats for Conv, Gemm and MatMul with constant weights, and embeddings, that become int8',
    ],
    hint: 'start from a float32 model, and leave some of these layers out of --exclude',
  });
}
