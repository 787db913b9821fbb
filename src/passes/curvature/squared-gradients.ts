import { createAccumulator } from './accumulate.ts';
import { type LossGradients, withLossGradients } from './loss-gradients.ts';
import type { Curvature, CurvatureTask, Sample } from './task.ts';

/** A label to take the gradient of, and how much its square counts. */
export type Term = readonly [label: number, factor: number];

/** Mean over samples of sum factor * (d -log p(label) / dw)^2: the square is that of one sample, never of a mean. */
export function squaredGradients(
  task: CurvatureTask,
  termsOf: (sample: Sample, gradients: LossGradients) => Promise<readonly Term[]>,
): Promise<Curvature> {
  return withLossGradients(task, async (gradients) => {
    const sums = createAccumulator();
    let count = 0;
    for await (const sample of task.samples()) {
      for (const [label, factor] of await termsOf(sample, gradients)) {
        sums.add(await gradients.of(sample.feeds, label), factor, 'square');
      }
      count++;
    }
    return sums.times(1 / count);
  });
}
