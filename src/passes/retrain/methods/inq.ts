import { must } from '../../../support/errors.ts';
import { scaleConstant, sizeOf, type WeightMethod } from '../trained-weights.ts';
import { latents, type Start } from './start.ts';

/** Name of the parameter of a constant's weights, in codes. */
export function incrementalName(constant: string): string {
  return `${constant}/weights`;
}

/**
 * Weights as real numbers of which a growing part is frozen on the grid, by the mask of the parameter (Zhou et al., 2017,
 * section 3.2). Reading rounds what is not frozen yet.
 */
export function incremental(start: Start): WeightMethod {
  return (build, weights) => {
    const { shape, grid, quant } = weights;
    const initial = latents(weights, grid, start);
    build.scope = weights.name;
    const name = build.draft.constant(incrementalName(weights.name), { dtype: 'f32', shape, data: initial });
    return {
      value: build.mul(name, scaleConstant(build, weights)),
      parameters: [{ name, rate: sizeOf(weights.codes), masked: true }],
      custom: new Map(),
      freeScales: true,
      read(values) {
        const data = must(values.get(name), name).data as Float32Array;
        return { codes: data.map((x) => grid.nearest(x)), scale: quant.scale, format: null };
      },
    };
  };
}
