import type { Graph } from '../../ir/types.ts';
import { adam } from './adam.ts';
import { empiricalFisher } from './empirical-fisher.ts';
import { fisher } from './fisher.ts';
import { gaussNewton } from './gauss-newton.ts';
import { secondOrder } from './second-order.ts';
import { type Curvature, type CurvatureContext, type CurvatureTask, curvatureTask } from './task.ts';

/** Ways to measure how much the loss of a classifier curves along every weight, by name. */
export const CURVATURES = {
  'second-order': secondOrder,
  'gauss-newton': gaussNewton,
  fisher,
  'empirical-fisher': empiricalFisher,
  adam,
} as const satisfies Record<string, (task: CurvatureTask) => Promise<Curvature>>;

export type CurvatureKind = keyof typeof CURVATURES;

/**
 * h >= 0 for every weight of a float graph's layers, as mean over at most `samples` of the data set; of the cross-entropy,
 * whose second-order part is h (dw)^2 / 2. Elements in the order of the weight constant, by its name.
 *
 * Throws UserError UNSUPPORTED for a model that is no classifier or cannot be differentiated, BAD_DATA without samples, or
 * without labels where the kind needs them.
 */
export async function curvature(
  kind: CurvatureKind,
  graph: Graph,
  ctx: CurvatureContext,
  { samples = 512 } = {},
): Promise<Curvature> {
  return CURVATURES[kind](curvatureTask(graph, samples, ctx));
}
