import { createAccumulator } from './accumulate.ts';
import { knownLabels } from './labels.ts';
import { drawLabel, withLossGradients } from './loss-gradients.ts';
import type { Curvature, CurvatureTask } from './task.ts';

const BATCH = 32;
const DECAY = 0.999;

/**
 * sqrt(v), v Adam's second moment of the gradients of batches over one pass of the samples, at constant weights:
 * v <- 0.999 v + 0.001 g^2, divided by 1 - 0.999^t after t batches. What training with Adam leaves behind for nothing
 * (Choi, El-Khamy, Lee, section 4.6). Where labels are not known they are drawn from the model. A last batch that is not full is a batch.
 */
export function adam(task: CurvatureTask): Promise<Curvature> {
  const labels = knownLabels(task);
  return withLossGradients(task, async (gradients) => {
    const moments = createAccumulator();
    let batch = createAccumulator();
    let [samples, steps] = [0, 0];
    // v_t 0.999^-t, so that older batches need not be touched.
    const finishBatch = () => {
      steps++;
      moments.add(batch.times(1 / samples), (1 - DECAY) * DECAY ** -steps, 'square');
      batch = createAccumulator();
      samples = 0;
    };
    for await (const { feeds, index } of task.samples()) {
      const label = labels?.[index] ?? drawLabel(await gradients.probabilities(feeds), task.ctx.rng.uniform());
      batch.add(await gradients.of(feeds, label), 1);
      if (++samples === BATCH) finishBatch();
    }
    if (samples > 0) finishBatch();
    const square = moments.times(DECAY ** steps / (1 - DECAY ** steps));
    return new Map([...square].map(([name, v]) => [name, v.map(Math.sqrt)]));
  });
}
