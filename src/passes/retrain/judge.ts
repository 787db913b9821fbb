import { constantsToInputs } from '../../autodiff/training-step.ts';
import type { Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { OpenSession } from '../../train/session.ts';
import type { TrainingData } from '../../train/training-data.ts';
import type { Task } from './task.ts';

export interface Judgement {
  /** Mean over the batches. */
  readonly loss: number;
  /** Share of the samples whose class is right; null without labels. */
  readonly top1: number | null;
}

export interface Judge {
  /** What a task makes of these parameters, constants of its graph; others are not read. */
  judge(values: ReadonlyMap<ValueName, Tensor>): Promise<Judgement>;
  close(): Promise<void>;
}

/** Loads a task that takes `batch` samples, to be judged by whole batches of `held`. */
export async function openJudge(
  { graph, judged, correct }: Task,
  names: readonly ValueName[],
  held: TrainingData,
  batch: number,
  open: OpenSession,
): Promise<Judge> {
  const own = names.filter((name) => graph.constants.has(name));
  const session = await open(constantsToInputs(graph, own));
  const batches = Math.floor(held.length / batch);
  return {
    async judge(values) {
      const parameters = own.map((name): [ValueName, Tensor] => [name, must(values.get(name), name)]);
      let [loss, right] = [0, 0];
      for (let b = 0; b < batches; b++) {
        const samples = await held.batch(Array.from({ length: batch }, (_, i) => b * batch + i));
        const wanted = correct === null ? [judged] : [judged, correct];
        const results = await session.run(new Map([...samples, ...parameters]), wanted);
        loss += Number(must(results.get(judged), judged).data[0]) / batches;
        if (correct !== null) right += Number(must(results.get(correct), correct).data[0]);
      }
      return { loss, top1: correct === null ? null : right / (batches * batch) };
    },
    close: () => session.release(),
  };
}
