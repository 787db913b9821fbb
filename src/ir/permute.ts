import { rowMajorStrides } from './shape.ts';
import type { Tensor } from './types.ts';

/** Transposed copy of a constant: result dimension i is dimension perm[i]. */
export function permuted(tensor: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((i) => tensor.shape[i]);
  const source = rowMajorStrides(tensor.shape);
  const strides = perm.map((i) => source[i]);
  const data = tensor.data.slice();
  const counter = new Array<number>(shape.length).fill(0);
  let index = 0;
  for (let position = 0; position < data.length; position++) {
    data[position] = tensor.data[index];
    for (let d = shape.length - 1; d >= 0; d--) {
      index += strides[d];
      if (++counter[d] < shape[d]) break;
      index -= strides[d] * shape[d];
      counter[d] = 0;
    }
  }
  return { dtype: tensor.dtype, shape, data };
}
