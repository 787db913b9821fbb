import type { TrainingForm } from '../../autodiff/batch-statistics.ts';
import type { CustomGradients } from '../../autodiff/custom-gradient.ts';
import { type TrainingStep, trainingStep } from '../../autodiff/training-step.ts';
import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { type Checkpoint, train } from '../../train/trainer.ts';
import { oneOf } from '../one-of.ts';
import type { PassContext } from '../pass.ts';
import { requireDataset } from '../samples/calibration-samples.ts';
import { heldSamples } from '../samples/held-samples.ts';
import { isLabelled, labelledSamples } from '../samples/labelled-samples.ts';
import { type Judgement, openJudge } from './judge.ts';
import { OUTPUT_KINDS, outputTerms } from './output-terms.ts';
import { scoresOf, type Task, trainingTask } from './task.ts';
import type { WeightParameter } from './trained-weights.ts';
import { lossWeights, optimizerOf, scheduleOf, type TrainingOptions } from './training-options.ts';

type Values = ReadonlyMap<ValueName, Tensor>;

/** What is trained: a graph in real numbers and its parameters, constants of it. */
export interface Student {
  readonly graph: Graph;
  readonly custom: CustomGradients;
  readonly parameters: readonly WeightParameter[];
  /** Constants that change at each step without a gradient -> their next values. */
  readonly updates?: ReadonlyMap<ValueName, ValueName>;
  /** What becomes of it while it is trained on batches; it is judged without. */
  prepare?(graph: Graph): TrainingForm;
  /** Nodes whose results may be compared with the float model's. */
  readonly layers: readonly Node[];
}

/** Training that goes on in parts: between them, values and masks may be changed. */
export interface Job {
  /** First values of the parameters. */
  readonly initial: Values;
  /** Trains for so many epochs, from fresh states of the optimizer. `name` is that of the part, for checkpoints. */
  train(name: string, values: Values, part: JobPart): Promise<Values>;
  judge(values: Values): Promise<Judgement>;
  close(): Promise<void>;
}

export interface JobPart {
  readonly epochs: number;
  readonly masks?: Values;
  /** Keeps the values of the best epoch if the options say so, not the last ones. */
  readonly best?: boolean;
  /** Of all parts, for the progress. */
  readonly part?: number;
  readonly parts?: number;
}

/** Loads a student beside its teacher `float`, with the samples of the context. */
export async function openJob(
  pass: string,
  student: Student,
  float: Graph,
  options: TrainingOptions,
  ctx: PassContext,
): Promise<Job> {
  const dataset = requireDataset(ctx, pass);
  const weights = lossWeights(options, isLabelled(dataset));
  const places = dataset.maps?.shape ?? [];
  const kind = oneOf(pass, OUTPUT_KINDS, options.outputs);
  const terms = outputTerms(student.graph, float, kind === 'auto' && weights.labels > 0 ? 'classes' : kind, places);
  const scores = weights.labels > 0 ? scoresOf(float, terms, places) : null;
  const classes = scores === null ? null : must(typeOf(float, scores).shape[1], 'classes');
  const sampled = (augmented: boolean) =>
    labelledSamples(dataset, student.graph, {
      classes,
      seed: ctx.rng.uint32(),
      ...(augmented && { augmentation: { shift: options.shift, flip: options.flip } }),
    });
  const samples = { augmented: sampled(true), plain: sampled(false) };
  const division = { held: options.held, most: options.judged, seed: ctx.rng.uint32() };
  const { train: training, held } = heldSamples(samples, division);
  const batch = Math.min(options.batch, training.length);
  const describe = {
    terms,
    temperature: options.temperature,
    features: options.features,
    layers: student.layers,
    weights,
    scores,
  };
  const task = trainingTask(student.graph, float, {
    batch,
    ...describe,
    ...(student.updates && { updates: student.updates }),
    ...(student.prepare && { prepare: student.prepare }),
  });
  const step = stepOf(task, student, options);
  const judgeBatch = Math.min(batch, held.length);
  const judging = trainingTask(student.graph, float, { batch: judgeBatch, ...describe, features: 0 });
  const { judge, close } = await openJudge(judging, [...step.initial.keys()], held, judgeBatch, ctx.open);
  const seed = ctx.rng.uint32();
  const optimizer = new Set([...step.initial.keys()].filter((name) => !task.graph.constants.has(name)));

  return {
    initial: new Map([...step.initial].filter(([name]) => !optimizer.has(name))),
    judge,
    async train(name, values, { epochs, masks = new Map(), best = false, part = 0, parts = 1 }) {
      const fresh = new Map([...step.initial].map(([key, first]) => [key, values.get(key) ?? first]));
      const start: Checkpoint = { epoch: 0, values: fresh, history: [], best: null };
      let last: Judgement | null = null;
      const trained = await train(step, {
        data: training,
        epochs,
        ...(options.samples > 0 && { samples: options.samples }),
        ...(options.patience > 0 && { patience: options.patience }),
        rate: scheduleOf(options),
        seed: seed + part,
        open: ctx.open,
        masks: new Map(
          [...step.masks].map(([parameter, mask]) => [mask, must(masks.get(parameter), `mask of ${parameter}`)]),
        ),
        from: (await ctx.checkpoints?.read(name)) ?? start,
        ...(best &&
          options.select === 'best' && {
            validate: async (current: Values) => {
              last = await judge(current);
              return last.loss;
            },
          }),
        progress: ({ step: done, steps, loss }) => {
          ctx.progress(
            part * steps + done,
            parts * steps,
            `${parts > 1 ? `part ${part + 1} of ${parts}, ` : ''}${noteOf(loss, last)}`,
          );
        },
        checkpoint: async (checkpoint) => ctx.checkpoints?.write(name, checkpoint),
        signal: ctx.signal,
      });
      return new Map([...trained.values].filter(([key]) => !optimizer.has(key)));
    },
    close,
  };
}

function stepOf(task: Task, { parameters, custom }: Student, options: TrainingOptions): TrainingStep {
  return trainingStep(task.graph, {
    loss: task.loss,
    parameters: parameters.map(({ name }) => name),
    optimizer: optimizerOf(options),
    custom: new Map([...custom, ...task.custom]),
    updates: task.updates,
    masked: parameters.flatMap(({ name, masked }) => (masked ? [name] : [])),
    // Steps of Adam have the size of the rate; those of plain descent follow the gradient.
    ...(options.optimizer === 'adam' && { rates: new Map(parameters.map(({ name, rate }) => [name, rate])) }),
    ...(options.clipNorm > 0 && { clipNorm: options.clipNorm }),
  });
}

function noteOf(loss: number, judgement: Judgement | null): string {
  const held = judgement === null ? '' : `, held back ${judgement.loss.toPrecision(3)}`;
  const top1 = judgement?.top1 == null ? '' : ` (${(100 * judgement.top1).toFixed(2)} %)`;
  return `loss ${loss.toPrecision(3)}${held}${top1}`;
}
