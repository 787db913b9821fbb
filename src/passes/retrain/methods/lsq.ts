import type { Builder } from '../../../autodiff/builder.ts';
import { fakeQuantize, fakeQuantizeLevels, type Marked } from '../../../autodiff/fake-quantize.ts';
import type { ValueName } from '../../../ir/types.ts';
import type { Grid } from '../../../quant/grids/grid.ts';
import { must } from '../../../support/errors.ts';
import { factorOf, sizeOf, type WeightMethod } from '../trained-weights.ts';
import { latents, type Start } from './start.ts';

/**
 * Latent weights rounded to a grid whose step per row is trained beside them (Esser et al., Learned Step Size Quantization,
 * 2020), here for grids of any levels. The step is scale exp(parameter).
 */
export function learnedSteps(start: Start): WeightMethod {
  return (build, weights) => {
    const { grid, quant, shape, scaleShape, rowOf } = weights;
    build.scope = weights.name;
    const free = !quant.scale.every((s) => Number.isInteger(Math.log2(s)));
    const real = latents(weights, grid, start).map((x, i) => x * quant.scale[rowOf(i)]);
    const name = build.draft.constant(`${weights.name}/latents`, { dtype: 'f32', shape, data: real });
    const base = build.constant('scale', scaleShape, quant.scale);
    const steps = free ? factorOf(build, 'steps', scaleShape) : null;
    const step = steps ? build.mul(base, steps.factor) : base;
    const { value, gradient } = round(build, name, step, grid);
    return {
      value,
      parameters: [{ name, rate: sizeOf(real) }, ...(steps ? [steps.parameter] : [])],
      custom: new Map([[value, gradient]]),
      freeScales: false,
      read(values) {
        const data = must(values.get(name), name).data as Float32Array;
        const factors = steps && (must(values.get(steps.parameter.name), 'steps').data as Float32Array);
        const scale = quant.scale.map((s, r) => Math.fround(s * (factors ? Math.exp(factors[r]) : 1)));
        return { codes: data.map((x, i) => grid.nearest(x / scale[rowOf(i)])), scale, format: null };
      },
    };
  };
}

function round(build: Builder, x: ValueName, step: ValueName, { levels }: Grid): Marked {
  const [min, max] = [levels[0], levels[levels.length - 1]];
  const uniform = levels.length === max - min + 1;
  return uniform ? fakeQuantize(build, x, step, { min, max }) : fakeQuantizeLevels(build, x, step, levels);
}
