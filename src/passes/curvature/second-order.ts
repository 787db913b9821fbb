import { crossEntropyCurvature } from '../../autodiff/losses.ts';
import { secondOrder as secondDerivatives } from '../../autodiff/second-order.ts';
import { prune } from '../../ir/graph.ts';
import { must } from '../../support/errors.ts';
import { createAccumulator } from './accumulate.ts';
import type { Curvature, CurvatureTask } from './task.ts';

/** Second derivatives by back-propagation of the diagonal, from p (1 - p) at the logits. Needs no labels. */
export async function secondOrder({ graph, logits, weights, ctx, samples }: CurvatureTask): Promise<Curvature> {
  const derivative = secondDerivatives(graph, logits, (build) => crossEntropyCurvature(build, logits), weights);
  const outputs = [...derivative.gradients.values()];
  const session = await ctx.open(prune({ ...derivative.graph, outputs }));
  try {
    const sums = createAccumulator();
    let count = 0;
    for await (const { feeds } of samples()) {
      const results = await session.run(feeds);
      const parts = [...derivative.gradients].map(([weight, value]) => {
        return [weight, must(results.get(value), value).data as Float32Array] as const;
      });
      sums.add(new Map(parts), 1);
      count++;
    }
    return sums.times(1 / count);
  } finally {
    await session.release();
  }
}
