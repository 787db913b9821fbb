import { TERNARY } from '../../../quant/grids/ternary.ts';
import { must } from '../../../support/errors.ts';
import { sizeOf, type WeightMethod } from '../trained-weights.ts';
import { latents, type Start } from './start.ts';

/** Threshold in parts of the mean magnitude. */
const THRESHOLD = 0.7;

/**
 * Latent weights w in float, a T in their place: T = sgn(w) where |w| > 0.7 mean |w|, else 0, and a the mean of the |w|
 * above, row by row; the gradient of the weights goes straight to w (Li and Liu, Ternary Weight Networks, 2016, equations
 * 3 to 6).
 */
export function ternaryWeights(start: Start): WeightMethod {
  return (build, weights) => {
    const { quant, shape, scaleShape, rowOf } = weights;
    build.scope = weights.name;
    const axes = shape.flatMap((_, axis) => (axis === quant.axis ? [] : [axis]));
    const real = latents(weights, TERNARY, start).map((x, i) => x * quant.scale[rowOf(i)]);
    const name = build.draft.constant(`${weights.name}/latents`, { dtype: 'f32', shape, data: real });
    const magnitude = build.unary('Abs', name);
    const perRow = (op: string, value: string) => build.reshape(build.reduce(op, value, axes), scaleShape);
    const threshold = build.scale(perRow('ReduceMean', magnitude), THRESHOLD);
    const above = build.cast(build.compare('Greater', magnitude, threshold), 'f32');
    const count = build.add(perRow('ReduceSum', above), build.scalar(1e-12));
    const scale = build.div(perRow('ReduceSum', build.mul(magnitude, above)), count);
    const value = build.mul(build.mul(build.unary('Sign', name), above), scale);
    return {
      value,
      parameters: [{ name, rate: sizeOf(real) }],
      custom: new Map([[value, { inputs: [name], backward: (_, dy) => [dy] }]]),
      freeScales: false,
      read: (values) => ternarize(must(values.get(name), name).data as Float32Array, quant.scale, rowOf),
    };
  };
}

/** The same in numbers. Rows of zeros keep their scale. */
function ternarize(data: Float32Array, scales: readonly number[], rowOf: (index: number) => number) {
  const rows = scales.map(() => ({ count: 0, sum: 0, kept: 0, keptSum: 0 }));
  for (const [i, x] of data.entries()) {
    rows[rowOf(i)].count++;
    rows[rowOf(i)].sum += Math.abs(x);
  }
  const threshold = rows.map(({ count, sum }) => (THRESHOLD * sum) / count);
  const codes = data.map((x, i) => (Math.abs(x) > threshold[rowOf(i)] ? Math.sign(x) : 0));
  for (const [i, x] of data.entries()) {
    if (codes[i] === 0) continue;
    rows[rowOf(i)].kept++;
    rows[rowOf(i)].keptSum += Math.abs(x);
  }
  const scale = rows.map(({ kept, keptSum }, r) => (kept > 0 ? Math.fround(keptSum / kept) : scales[r]));
  return { codes, scale, format: null };
}
