import { batchStatistics } from '../../src/autodiff/batch-statistics.ts';
import { buildOn } from '../../src/autodiff/builder.ts';
import { crossEntropy, rowsOfClasses } from '../../src/autodiff/losses.ts';
import { adam } from '../../src/autodiff/optimizers.ts';
import { trainingStep, withParameters } from '../../src/autodiff/training-step.ts';
import { withBatch } from '../../src/autodiff/with-batch.ts';
import { producerOf, prune } from '../../src/ir/graph.ts';
import type { Graph, ValueName } from '../../src/ir/types.ts';
import { LABELS } from '../../src/passes/samples/labelled-samples.ts';
import { openTrainingSession } from '../../src/runtime/training-session.ts';
import { cosine, warmUp } from '../../src/train/schedules.ts';
import { type Progress, train } from '../../src/train/trainer.ts';
import type { TrainingData } from '../../src/train/training-data.ts';

export interface ClassifierTraining {
  /** Feeds for the network's input and for `labels`, int64: one for each sample, or for each place of each. */
  readonly data: TrainingData;
  readonly epochs: number;
  readonly batch: number;
  /** First learning rate of Adam; it falls to zero along half a cosine. */
  readonly rate: number;
  /** Steps in which the rate grows to that. Default 0. */
  readonly warmUp?: number;
  readonly weightDecay?: number;
  readonly seed: number;
  progress?(progress: Progress): void;
}

/**
 * A network of one output, logits [1, classes] or a Softmax of them or logits [1, classes, ...places], trained against
 * labels. All float constants are
 * parameters but the running statistics of BatchNormalization, which follow the batches. One thread: the same bytes every
 * time.
 */
export async function trainClassifier(network: Graph, options: ClassifierTraining): Promise<Graph> {
  const { data, epochs, batch, rate, weightDecay = 0, seed, progress } = options;
  const schedule = cosine(rate);
  const logits = logitsOf(network);
  const build = buildOn(withBatch(prune({ ...network, outputs: [logits] }), batch));
  build.scope = 'loss';
  const scores = rowsOfClasses(build, logits);
  const labels = build.draft.input(LABELS, { dtype: 'i64', shape: [build.shape(scores)[0]], quant: null });
  const loss = crossEntropy(build, scores, labels);
  build.draft.addOutput(loss);
  const { graph, custom, updates } = batchStatistics(build.draft.finish());
  const step = trainingStep(graph, {
    loss,
    parameters: trained(network, updates),
    custom,
    updates,
    optimizer: adam({ weightDecay }),
  });
  const { values } = await train(step, {
    data,
    epochs,
    rate: options.warmUp ? warmUp(schedule, options.warmUp) : schedule,
    seed,
    open: openTrainingSession,
    ...(progress && { progress }),
  });
  return withParameters(network, values);
}

function logitsOf(network: Graph): ValueName {
  const [output] = network.outputs;
  const last = producerOf(network, output);
  return (last?.op === 'Softmax' && last.inputs[0]) || output;
}

function trained(network: Graph, updates: ReadonlyMap<ValueName, ValueName>): ValueName[] {
  return [...network.constants].flatMap(([name, { dtype }]) => (dtype === 'f32' && !updates.has(name) ? name : []));
}
