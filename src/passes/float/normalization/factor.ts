import type { Shape, Tensor } from '../../../ir/types.ts';
import { spread } from '../../../ops/normalization/spread.ts';

/** A number for each element of a tensor, of its rank; where a dimension is 1 it is the same all along. */
export interface Factor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** A constant beside a tensor of this rank; null where it does not spread over it. */
export function factorOf(tensor: Tensor, rank: number): Factor | null {
  if (tensor.dtype !== 'f32' || tensor.shape.length > rank) return null;
  const ones = new Array<number>(rank - tensor.shape.length).fill(1);
  return { shape: [...ones, ...tensor.shape], data: tensor.data as Float32Array };
}

/** In float64. */
export function combined(a: Factor, b: Factor, join: (a: number, b: number) => number): Factor {
  const shape = a.shape.map((size, d) => (size === 1 ? b.shape[d] : size));
  const [left, right] = [a, b].map((part): ArrayLike<number> => {
    const data = Float64Array.from(part.data);
    return spread({ dtype: 'f64', shape: part.shape, data }, shape);
  });
  return { shape, data: Float64Array.from({ length: left.length }, (_, i) => join(left[i], right[i])) };
}

/** The dimensions along which some of the factors change. */
export function dimensionsOf(factors: readonly (Factor | null)[]): readonly number[] {
  const rank = Math.max(...factors.map((factor) => factor?.shape.length ?? 0));
  return Array.from({ length: rank }, (_, d) => d).filter((d) => factors.some((f) => f !== null && f.shape[d] > 1));
}
