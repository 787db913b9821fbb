import { drawLabel } from './loss-gradients.ts';
import { squaredGradients } from './squared-gradients.ts';
import type { Curvature, CurvatureTask } from './task.ts';

/** Monte-Carlo estimate of the Fisher diagonal: one label for each sample, drawn from what the model itself says. */
export function fisher(task: CurvatureTask): Promise<Curvature> {
  return squaredGradients(task, async ({ feeds }, gradients) => [
    [drawLabel(await gradients.probabilities(feeds), task.ctx.rng.uniform()), 1],
  ]);
}
