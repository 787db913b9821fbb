import { elementCount, sameShape } from '../../ir/shape.ts';
import type { Shape, Tensor } from '../../ir/types.ts';

/** A constant broadcast to a shape. */
export function spread(tensor: Tensor, shape: Shape): Float32Array {
  const data = tensor.data as Float32Array;
  if (sameShape(tensor.shape, shape)) return data;
  const missing = shape.length - tensor.shape.length;
  return Float32Array.from({ length: elementCount(shape) }, (_, index) => {
    let rest = index;
    let step = 1;
    let place = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const position = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
      const size = tensor.shape[d - missing] ?? 1;
      place += size === 1 ? 0 : position * step;
      step *= size;
    }
    return data[place];
  });
}
