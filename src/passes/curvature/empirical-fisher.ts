import { must } from '../../support/errors.ts';
import { knownLabels, requireLabels } from './labels.ts';
import { squaredGradients } from './squared-gradients.ts';
import type { Curvature, CurvatureTask } from './task.ts';

/**
 * The mean square of single samples' gradients at their true labels. Near the Fisher diagonal where the model is right
 * about its labels, and small where it is right and sure.
 */
export async function empiricalFisher(task: CurvatureTask): Promise<Curvature> {
  requireLabels(task.dataset);
  const labels = must(knownLabels(task), 'labels');
  return squaredGradients(task, async ({ index }) => [[labels[index], 1]]);
}
