import type { Dataset } from '../data/dataset.ts';
import { typeOf } from '../ir/graph.ts';
import type { Graph } from '../ir/types.ts';
import type { MetricName } from '../metrics/index.ts';
import { openMeter, truthOf } from '../metrics/truth.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { must } from '../support/errors.ts';
import { type Pair, runBoth, type Values } from './run-both.ts';

/** How good a model is on labelled samples, before and after quantization. */
export interface Accuracy {
  readonly metric: MetricName;
  /** Rows of the batches of all samples. */
  readonly samples: number;
  /** Of the float model: a share 0 .. 1, or an error. */
  readonly floatScore: number;
  /** Of the quantized one. */
  readonly score: number;
  /** Share of answers that are the same: of rows (top1), of places (miou), else of samples, by their largest output. */
  readonly agreement: number;
  /** [label][answer of the quantized model]: how many rows or places; null where labels are no classes. */
  readonly confusion: readonly (readonly number[])[] | null;
}

export interface AccuracyOptions {
  progress?(done: number, total: number): void;
}

/**
 * Runs the float graph and the oracle (the same integers as the C) over all labelled samples in onnxruntime. Judged is
 * the first output. Null for a data set without labels.
 * @throws UserError BAD_DATA for labels that do not fit the output, RUNTIME.
 */
export async function measureAccuracy(
  model: Pair,
  dataset: Dataset,
  options: AccuracyOptions = {},
): Promise<Accuracy | null> {
  const truth = truthOf(dataset);
  if (!truth) return null;
  const { floatGraph, graph, oracle } = model;
  const { count, name } = dataset;
  const { shape } = typeOf(floatGraph, floatGraph.outputs[0]);
  const [float, quantized] = [openMeter(truth, shape, name), openMeter(truth, shape, name)];
  let [same, answers] = [0, 0];
  await runBoth(model, dataset, options, (index, ofFloat, ofQuantized) => {
    const expected = firstOutput(ofFloat, floatGraph, floatGraph);
    const actual = firstOutput(ofQuantized, oracle, graph);
    const labels = truth.sample(index);
    float.add(expected, labels);
    quantized.add(actual, labels);
    const [one, other] = [float.answers(expected), float.answers(actual)];
    same += one.filter((answer, j) => answer === other[j]).length;
    answers += one.length;
  });
  return {
    metric: truth.metric,
    samples: count * truth.shape[0],
    floatScore: float.value(),
    score: quantized.value(),
    agreement: same / answers,
    confusion: quantized.confusion(),
  };
}

/** `typed`: the graph that says which outputs are codes. */
function firstOutput(outputs: Values, { outputs: [name] }: Graph, typed: Graph): ArrayLike<number> {
  return realNumbers(must(outputs.get(name), name), typeOf(typed, typed.outputs[0]));
}
