import { constantOf, producerOf, prune, typeOf } from '../../ir/graph.ts';
import type { Graph, ValueName } from '../../ir/types.ts';
import { UserError } from '../../support/errors.ts';
import type { Dataset, PassContext } from '../pass.ts';
import { calibrationSamples, type Feeds, requireDataset, spreadIndices } from '../samples/calibration-samples.ts';

export type CurvatureContext = Pick<PassContext, 'open' | 'rng' | 'dataset' | 'signal' | 'progress'>;

export interface Sample {
  readonly feeds: Feeds;
  /** In the data set. */
  readonly index: number;
}

/** What curvature is measured of. */
export interface CurvatureTask {
  /** The float model up to its logits. */
  readonly graph: Graph;
  /** [1, classes] */
  readonly logits: ValueName;
  readonly classes: number;
  /** Constants that Conv, ConvTranspose, Gemm and MatMul read as their weights. */
  readonly weights: readonly ValueName[];
  readonly ctx: CurvatureContext;
  readonly dataset: Dataset;
  samples(): AsyncIterable<Sample>;
}

/** Per weight: the mean over samples of the second derivative of the cross-entropy, or what stands for it. Not negative. */
export type Curvature = ReadonlyMap<ValueName, Float64Array>;

/**
 * The classifier as its weights see it. What a final Softmax reads are the logits, else the output itself.
 * Throws UserError UNSUPPORTED when the model has not one output [1, classes], BAD_DATA without samples.
 */
export function curvatureTask(graph: Graph, samples: number, ctx: CurvatureContext): CurvatureTask {
  requireClassifier(graph);
  const logits = logitsOf(graph);
  const dataset = requireDataset(ctx, 'curvature');
  const upTo = prune({ ...graph, outputs: [logits] });
  const classes = typeOf(upTo, logits).shape[1];
  return {
    graph: upTo,
    logits,
    classes,
    weights: weightsOf(upTo),
    ctx,
    dataset,
    async *samples() {
      const indices = spreadIndices(dataset, samples);
      let i = 0;
      for await (const feeds of calibrationSamples(dataset, samples, ctx)) yield { feeds, index: indices[i++] };
    },
  };
}

function logitsOf(graph: Graph): ValueName {
  const [output] = graph.outputs;
  const last = producerOf(graph, output);
  return (last?.op === 'Softmax' && last.inputs[0]) || output;
}

/** Throws UserError UNSUPPORTED when the model has not one output [1, classes]. */
export function requireClassifier(graph: Graph): void {
  const shapes = graph.outputs.map((name) => typeOf(graph, name).shape);
  if (shapes.length === 1 && shapes[0].length === 2 && shapes[0][0] === 1) return;
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'the curvature of the loss needs a classifier: one output of the shape [1, classes]',
    because: graph.outputs.map((name) => `'${name}' has the shape [${typeOf(graph, name).shape}]`),
    hint: "weigh errors by the outputs of their layer instead: importance 'hessian'",
  });
}

const LAYERS: readonly string[] = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'];

function weightsOf(graph: Graph): ValueName[] {
  const weights = graph.nodes.flatMap(({ op, domain, inputs }) =>
    domain === '' && LAYERS.includes(op) && constantOf(graph, inputs[1])?.dtype === 'f32' ? [inputs[1]!] : [],
  );
  return [...new Set(weights)];
}
