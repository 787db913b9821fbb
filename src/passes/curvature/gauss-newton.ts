import { squaredGradients } from './squared-gradients.ts';
import type { Curvature, CurvatureTask } from './task.ts';

/**
 * The diagonal of the generalized Gauss-Newton matrix, which is that of the Fisher matrix: the mean over samples of
 * sum_c p_c (J_c - sum_k p_k J_k)^2, J_c the gradient of logit c. The bracket is the gradient of -log p_c but for its
 * sign: one backward pass for each class.
 */
export function gaussNewton(task: CurvatureTask): Promise<Curvature> {
  return squaredGradients(task, async ({ feeds }, gradients) =>
    Array.from(await gradients.probabilities(feeds), (p, label) => [label, p] as const),
  );
}
