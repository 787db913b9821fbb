import { buildOn } from '../../autodiff/builder.ts';
import { differentiate } from '../../autodiff/differentiate.ts';
import { crossEntropy } from '../../autodiff/losses.ts';
import { prune } from '../../ir/graph.ts';
import type { Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { Feeds } from '../samples/calibration-samples.ts';
import type { CurvatureTask } from './task.ts';

/** Of one sample at a time, so that gradients are those of single samples. */
export interface LossGradients {
  /** Of the classes. */
  probabilities(feeds: Feeds): Promise<Float64Array>;
  /** Gradient of -log p(label) by every weight. */
  of(feeds: Feeds, label: number): Promise<ReadonlyMap<ValueName, Float32Array>>;
}

/** Opens sessions for `use` and frees them after it. Throws as differentiate does. */
export async function withLossGradients<T>(
  { graph, logits, classes, weights, ctx }: CurvatureTask,
  use: (gradients: LossGradients) => Promise<T>,
): Promise<T> {
  const build = buildOn(graph);
  const target = build.draft.input('target', { dtype: 'f32', shape: [1, classes], quant: null });
  const loss = crossEntropy(build, logits, target);
  build.draft.addOutput(loss);
  const derivative = differentiate(build.draft.finish(), loss, weights);
  const backward = await ctx.open(prune({ ...derivative.graph, outputs: [...derivative.gradients.values()] }));
  const forward = await ctx.open(graph);
  try {
    return await use({
      async probabilities(feeds) {
        const results = await forward.run(feeds);
        return softmax(must(results.get(logits), logits).data as Float32Array);
      },
      async of(feeds, label) {
        const hot: Tensor = { dtype: 'f32', shape: [1, classes], data: new Float32Array(classes) };
        hot.data[label] = 1;
        const results = await backward.run(new Map([...feeds, [target, hot]]));
        return new Map(
          [...derivative.gradients].map(([weight, gradient]) => [
            weight,
            must(results.get(gradient), gradient).data as Float32Array,
          ]),
        );
      },
    });
  } finally {
    await forward.release();
    await backward.release();
  }
}

function softmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (z) => Math.exp(z - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** A class, drawn with its probability. */
export function drawLabel(probabilities: Float64Array, uniform: number): number {
  let rest = uniform;
  for (const [label, p] of probabilities.entries()) {
    rest -= p;
    if (rest < 0) return label;
  }
  return probabilities.length - 1;
}
