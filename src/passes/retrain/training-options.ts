import { adam, type Optimizer, sgd } from '../../autodiff/optimizers.ts';
import { UserError } from '../../support/errors.ts';
import { constant, cosine, type Schedule, stepDecay, warmUp } from '../../train/schedules.ts';
import { oneOf } from '../one-of.ts';
import type { PassOptions, PipelineStart } from '../pass.ts';
import { requireDataset } from '../samples/calibration-samples.ts';
import { isLabelled } from '../samples/labelled-samples.ts';
import { OUTPUT_KINDS } from './output-terms.ts';

export const LOSSES = ['auto', 'labels', 'teacher', 'both'] as const;
const OPTIMIZERS = ['adam', 'sgd'] as const;
const SELECTIONS = ['best', 'last'] as const;
const SCHEDULES = ['cosine', 'steps', 'constant'] as const;

/** What every pass that trains understands, with its defaults. */
export const TRAINING_DEFAULTS = {
  /** 'labels': cross-entropy; 'teacher': the float model's outputs; 'both'; 'auto': both where there are labels. */
  loss: 'auto' as string,
  /** Weight of the labels where both count. */
  labels: 0.5,
  temperature: 2,
  /** Weight of the layers' results, compared with the float model's. */
  features: 0,
  /** What outputs are: 'classes', 'numbers', 'auto' (see output-terms.ts). */
  outputs: 'auto' as string,
  epochs: 2,
  batch: 64,
  /** Samples in an epoch, drawn anew for each; 0: all. */
  samples: 0,
  /** Learning rate: of Adam in parts of a parameter's own size. */
  rate: 1e-3,
  schedule: 'cosine' as string,
  /** Share of the steps over which the rate grows. */
  warmup: 0,
  optimizer: 'adam' as string,
  momentum: 0.9,
  weightDecay: 0,
  /** Largest norm of all gradients together; 0: any. */
  clipNorm: 0,
  /** Share of the samples that are not trained on, to judge by. */
  held: 0.1,
  /** Most samples to judge by. */
  judged: 2000,
  /** The parameters that are kept: 'best' on the samples held back, the start among them, or 'last'. */
  select: 'best' as string,
  /** Ends after so many epochs without a better judgement; 0: never. */
  patience: 0,
  /** Images are moved by up to so many pixels. */
  shift: 0,
  /** Images are mirrored left to right, every other on average. */
  flip: false as boolean,
};

export type TrainingOptions = typeof TRAINING_DEFAULTS;

/** Refuses options that cannot work. Throws UserError BAD_ARGUMENT or BAD_DATA. */
export function checkTraining(pass: string, options: TrainingOptions & PassOptions, start: PipelineStart): void {
  oneOf(pass, LOSSES, options.loss);
  oneOf(pass, OPTIMIZERS, options.optimizer);
  oneOf(pass, SCHEDULES, options.schedule);
  oneOf(pass, SELECTIONS, options.select);
  oneOf(pass, OUTPUT_KINDS, options.outputs);
  for (const name of ['rate', 'temperature', 'epochs', 'batch'] as const) {
    if (!(options[name] > 0)) bad(pass, `'${name}' must be positive, not ${options[name]}`);
  }
  for (const name of ['epochs', 'batch', 'samples', 'judged', 'patience', 'shift'] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 0) bad(pass, `'${name}' must be a whole number`);
  }
  for (const name of ['labels', 'warmup', 'held', 'momentum'] as const) {
    if (!(options[name] >= 0 && options[name] < (name === 'labels' ? 1.001 : 1)))
      bad(pass, `'${name}' must be between 0 and 1`);
  }
  for (const name of ['features', 'weightDecay', 'clipNorm'] as const) {
    if (!(options[name] >= 0)) bad(pass, `'${name}' must not be negative, as ${options[name]} is`);
  }
  if (!isLabelled(requireDataset(start, pass)) && (options.loss === 'labels' || options.loss === 'both')) {
    throw new UserError({
      code: 'BAD_DATA',
      message: `${pass} is to learn from labels, and the data set has none`,
      hint: "give labels with the data, or set 'loss' to 'teacher'",
    });
  }
}

/** The parts of the loss: cross-entropy with labels, divergence from the float model. */
export function lossWeights({ loss, labels }: TrainingOptions, labelled: boolean): { labels: number; teacher: number } {
  if (loss === 'labels') return { labels: 1, teacher: 0 };
  if (loss === 'teacher' || !labelled) return { labels: 0, teacher: 1 };
  return { labels, teacher: 1 - labels };
}

export function optimizerOf({ optimizer, momentum, weightDecay }: TrainingOptions): Optimizer {
  return optimizer === 'sgd' ? sgd({ momentum, weightDecay }) : adam({ weightDecay });
}

/** 'steps': a tenth after half and after three quarters of the way. */
export function scheduleOf({ schedule, rate, warmup }: TrainingOptions): Schedule {
  const base =
    schedule === 'cosine' ? cosine(rate) : schedule === 'steps' ? stepDecay(rate, { at: [0.5, 0.75] }) : constant(rate);
  return warmup === 0 ? base : (step, steps) => warmUp(base, Math.ceil(warmup * steps))(step, steps);
}

function bad(pass: string, message: string): never {
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${pass}: ${message}`,
    hint: 'leave it out to take the default',
  });
}
