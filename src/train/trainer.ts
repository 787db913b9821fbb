import type { TrainingStep } from '../autodiff/training-step.ts';
import { typeOf } from '../ir/graph.ts';
import { printName } from '../ir/text.ts';
import type { Tensor, ValueName } from '../ir/types.ts';
import { createRng } from '../numerics/rng.ts';
import { must, UserError } from '../support/errors.ts';
import type { Schedule } from './schedules.ts';
import type { GraphSession, OpenSession } from './session.ts';
import type { TrainingData } from './training-data.ts';

export interface TrainOptions {
  readonly data: TrainingData;
  readonly epochs: number;
  /** Samples in an epoch, drawn anew for each. Default: all. */
  readonly samples?: number;
  readonly rate: Schedule;
  /** Of the order of samples. */
  readonly seed: number;
  readonly open: OpenSession;
  /** For the parameters of which a part is trained. */
  readonly masks?: ReadonlyMap<ValueName, Tensor>;
  /** How bad these parameters are on samples that are not trained on; after each epoch, and once before the first. */
  validate?(parameters: ReadonlyMap<ValueName, Tensor>): Promise<number>;
  /** Ends after so many epochs without a better validation. Default: never. */
  readonly patience?: number;
  /** Goes on from here instead of the first epoch. */
  readonly from?: Checkpoint;
  progress?(progress: Progress): void;
  /** After each epoch. */
  checkpoint?(checkpoint: Checkpoint): void | Promise<void>;
  readonly signal?: AbortSignal | null;
}

export interface Progress {
  /** From 0. */
  readonly epoch: number;
  /** Steps taken, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Of this batch. */
  readonly loss: number;
}

/** All that the next epoch depends on. */
export interface Checkpoint {
  /** Epochs done. */
  readonly epoch: number;
  /** Parameters and states by input of the step. */
  readonly values: ReadonlyMap<ValueName, Tensor>;
  readonly history: readonly Epoch[];
  readonly best: Best | null;
}

export interface Best {
  readonly epoch: number;
  readonly validation: number;
  readonly values: ReadonlyMap<ValueName, Tensor>;
}

export interface Epoch {
  /** Mean over its batches. */
  readonly loss: number;
  readonly validation: number | null;
}

export interface Trained {
  /** Parameters and states of the best validation, or of the last epoch without one. */
  readonly values: ReadonlyMap<ValueName, Tensor>;
  readonly history: readonly Epoch[];
  /** Epochs done before those values; 0: none was better than the beginning. */
  readonly epoch: number;
}

/**
 * Runs a training step over shuffled batches. The same seed gives the same bytes; the samples that do not fill a batch
 * are left out of an epoch. Throws UserError BAD_DATA when there are fewer samples than one batch takes, DIVERGED when the loss is
 * no number any more, or a parameter at the end of an epoch.
 */
export async function train(step: TrainingStep, options: TrainOptions): Promise<Trained> {
  const { data, epochs, validate, patience = Number.POSITIVE_INFINITY, from, seed } = options;
  const batch = batchOf(step);
  const perEpoch = Math.floor(Math.min(data.length, options.samples ?? data.length) / batch);
  if (perEpoch === 0) throw tooFew(data.length, batch);
  const session = await options.open(step.graph);
  try {
    let values = from?.values ?? step.initial;
    const history = [...(from?.history ?? [])];
    let best = from?.best ?? (validate ? { epoch: 0, validation: await validate(values), values } : null);
    for (let epoch = from?.epoch ?? 0; epoch < epochs; epoch++) {
      if (best && epoch - best.epoch >= patience) break;
      const order = createRng(seed + epoch).shuffle(Array.from({ length: data.length }, (_, i) => i));
      let sum = 0;
      for (let i = 0; i < perEpoch; i++) {
        options.signal?.throwIfAborted();
        const count = epoch * perEpoch + i;
        const rate = step.optimizer.rateAt(options.rate(count, epochs * perEpoch), count + 1);
        const feeds = await data.batch(order.slice(i * batch, (i + 1) * batch));
        const result = await takeStep(step, session, new Map([...feeds, ...(options.masks ?? []), ...values]), rate);
        if (!Number.isFinite(result.loss)) throw diverged(`the loss became ${result.loss}`, epoch, i);
        values = result.values;
        sum += result.loss;
        options.progress?.({ epoch, step: count + 1, steps: epochs * perEpoch, loss: result.loss });
      }
      const wild = [...values].find(
        ([, { dtype, data }]) => dtype === 'f32' && !(data as Float32Array).every(Number.isFinite),
      );
      if (wild) throw diverged(`${printName(wild[0])} holds no numbers any more`, epoch, perEpoch - 1);
      const validation = validate ? await validate(values) : null;
      history.push({ loss: sum / perEpoch, validation });
      if (best && validation !== null && validation < best.validation) best = { epoch: epoch + 1, validation, values };
      await options.checkpoint?.({ epoch: epoch + 1, values, history: [...history], best });
    }
    return { values: best?.values ?? values, history, epoch: best?.epoch ?? history.length };
  } finally {
    await session.release();
  }
}

interface Taken {
  readonly loss: number;
  readonly values: ReadonlyMap<ValueName, Tensor>;
}

async function takeStep(
  { rate, loss, successors }: TrainingStep,
  session: GraphSession,
  feeds: Map<ValueName, Tensor>,
  value: number,
): Promise<Taken> {
  feeds.set(rate, { dtype: 'f32', shape: [], data: new Float32Array([value]) });
  const results = await session.run(feeds, [loss, ...successors.values()]);
  const next = [...successors].map(([name, output]): [ValueName, Tensor] => [name, must(results.get(output), output)]);
  return { loss: Number(must(results.get(loss), loss).data[0]), values: new Map(next) };
}

/** Samples that one step takes: dimension 0 of its first input. */
function batchOf({ graph, successors, rate, masks }: TrainingStep): number {
  const own = new Set<ValueName>([rate, ...successors.keys(), ...masks.values()]);
  const first = must(
    graph.inputs.find((input) => !own.has(input)),
    'an input for data',
  );
  return must(typeOf(graph, first).shape[0], `batch of ${printName(first)}`);
}

function tooFew(samples: number, batch: number): UserError {
  return new UserError({
    code: 'BAD_DATA',
    message: `${samples} samples do not fill one batch of ${batch}`,
    hint: 'give more samples, or take a smaller batch',
  });
}

function diverged(what: string, epoch: number, batch: number): UserError {
  return new UserError({
    code: 'DIVERGED',
    message: `${what} in epoch ${epoch + 1}, batch ${batch + 1}`,
    hint: 'lower the learning rate, or limit the norm of the gradients',
  });
}
