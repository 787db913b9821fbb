import type { Builder } from '../../../autodiff/builder.ts';
import type { CustomGradient } from '../../../autodiff/custom-gradient.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import type { QuantizedWeights } from '../quantized-weights.ts';
import { scaleConstant, sizeOf, type WeightMethod } from '../trained-weights.ts';

export interface TtqOptions {
  /** Threshold in parts of the largest latent. */
  readonly threshold: number;
  /** Share of zeros; null: by the threshold. */
  readonly sparsity: number | null;
}

/** The larger of the two scales is this code. */
const TOP = 127;
const LEAST = 1e-3;

/**
 * Trained ternary quantization (Zhu, Han, Mao and Dally, 2017): latent weights w~ choose between p, 0 and -n, where p and n
 * (one pair per layer) are trained, by a threshold t max |w~| or one that leaves a share of zeros.
 *
 *   dp = sum of g over w~ > t, dn = -sum of g over w~ < -t; dw~ = p g, g, n g (above, within, below)
 *
 * Both sums are divided by how many weights they are over: without, plain SGD diverges. Latents are in parts of their row's
 * scale and begin on the sides of the threshold on which the codes are that the layer has.
 */
export function trainedTernary(options: TtqOptions): WeightMethod {
  return (build, weights) => {
    const { codes, quant, shape } = weights;
    build.scope = weights.name;
    const top = codes.reduce((most, code) => Math.max(most, Math.abs(code)), 0) || 1;
    const initial = startOf(weights, top, options);
    const name = build.draft.constant(`${weights.name}/latents`, { dtype: 'f32', shape, data: initial.latents });
    const positive = build.constant('positive', [], [meanOf(codes, 1) / top]);
    const negative = build.constant('negative', [], [meanOf(codes, -1) / top]);
    const magnitude = build.unary('Abs', name);
    const threshold =
      options.sparsity === null
        ? build.scale(build.reduce('ReduceMax', magnitude, [...shape.keys()], false), options.threshold)
        : kept(build, magnitude, options.sparsity);
    const above = build.cast(build.compare('Greater', name, threshold), 'f32');
    const below = build.cast(build.compare('Less', name, build.neg(threshold)), 'f32');
    const chosen = build.sub(build.mul(above, positive), build.mul(below, negative));
    const scaled = build.mul(chosen, build.scale(scaleConstant(build, weights), top));
    const parts = { latents: name, positive, negative, above, below };
    return {
      value: scaled,
      parameters: [
        { name, rate: sizeOf(initial.latents) },
        { name: positive, rate: 1 },
        { name: negative, rate: 1 },
      ],
      custom: new Map([[chosen, gradientOf(parts)]]),
      freeScales: true,
      read(values) {
        const data = must(values.get(name), name).data as Float32Array;
        const side = (side: ValueName) => Math.max(Number(must(values.get(side), side).data[0]), LEAST);
        const [p, n] = [side(positive), side(negative)];
        const most = Math.max(p, n);
        const limit = thresholdOf(data, options);
        const [plus, minus] = [p, n].map((s) => Math.max(1, Math.round((TOP * s) / most)));
        const next = data.map((x) => (x > limit ? plus : x < -limit ? -minus : 0));
        return { codes: next, scale: quant.scale.map((s) => Math.fround((s * top * most) / TOP)), format: 'ttq' };
      },
    };
  };
}

interface Parts {
  readonly latents: ValueName;
  readonly positive: ValueName;
  readonly negative: ValueName;
  /** 1 where the latent is above the threshold, below its negative. */
  readonly above: ValueName;
  readonly below: ValueName;
}

function gradientOf({ latents, positive, negative, above, below }: Parts): CustomGradient {
  return {
    inputs: [latents, positive, negative],
    backward(back, dy) {
      const side = (mask: ValueName) => {
        const axes = [...back.shape(mask).keys()];
        const total = (value: ValueName) => back.reduce('ReduceSum', value, axes, false);
        return back.div(total(back.mul(dy, mask)), back.add(total(mask), back.scalar(1e-12)));
      };
      const one = back.scalar(1);
      const slope = back.add(
        back.add(one, back.mul(above, back.sub(positive, one))),
        back.mul(below, back.sub(negative, one)),
      );
      return [back.mul(dy, slope), side(above), back.neg(side(below))];
    },
  };
}

/** The magnitude above which a share of the weights lies. */
function kept(build: Builder, magnitude: ValueName, sparsity: number): ValueName {
  const count = elementCount(build.shape(magnitude));
  const k = keptCount(count, sparsity);
  const flat = build.reshape(magnitude, [count]);
  const largest = build.op('TopK', [flat, build.ints([k])], [k], { axis: 0 });
  build.outputsOf({ name: largest, outputs: [largest] }, [
    { dtype: 'f32', shape: [k], quant: null },
    { dtype: 'i64', shape: [k], quant: null },
  ]);
  return build.reshape(build.slice(largest, 0, k - 1, k), []);
}

function keptCount(count: number, sparsity: number): number {
  return Math.min(count, Math.max(1, Math.round(count * (1 - sparsity)) + 1));
}

function thresholdOf(data: Float32Array, { threshold, sparsity }: TtqOptions): number {
  const magnitudes = data.map(Math.abs);
  if (sparsity === null) return Math.fround(Math.fround(threshold) * magnitudes.reduce((a, b) => Math.max(a, b), 0));
  return magnitudes.sort().reverse()[keptCount(data.length, sparsity) - 1];
}

/** Mean magnitude of the codes of one sign; 1 when there is none. */
function meanOf(codes: Float32Array, sign: number): number {
  const side = codes.filter((code) => code * sign > 0);
  return side.length === 0 ? 1 : side.reduce((sum, code) => sum + Math.abs(code), 0) / side.length;
}

/** Float weights over their scale, brought to the side of the threshold where their codes are. */
function startOf({ codes, float }: QuantizedWeights, top: number, { threshold, sparsity }: TtqOptions) {
  const free = float ? float.map((x) => x / top) : codes.map((code) => code / top);
  const clipped = free.map((x) => Math.min(Math.max(x, -LARGEST), LARGEST));
  const limit = sparsity === null ? threshold * LARGEST : thresholdOf(clipped, { threshold, sparsity });
  const inner = limit * 0.95;
  const outer = limit * 1.05;
  const latents = clipped.map((x, i) => {
    if (codes[i] > 0) return Math.max(x, outer);
    if (codes[i] < 0) return Math.min(x, -outer);
    return Math.min(Math.max(x, -inner), inner);
  });
  // The threshold follows the largest latent: one of them has to be where the start assumes it.
  if (sparsity === null) {
    const most = latents.reduce((best, x, i) => (Math.abs(x) > Math.abs(latents[best]) ? i : best), 0);
    if (codes[most] !== 0) latents[most] = Math.sign(latents[most]) * LARGEST;
  }
  return { latents };
}

/** Latents begin at most so many row scales from zero, so that no single one decides about all. */
const LARGEST = 3;
