import type { Storage } from '../../ir/program.ts';
import { channelsLast, dimensionStrides, isRowMajor, rowMajor, sameStorage } from '../../ir/storage.ts';
import type { Shape } from '../../ir/types.ts';

/**
 * Storage for a tensor of another shape and the same rank that lies in the same order of dimensions,
 * so that both are walked together. Row-major when the order is not one of whole dimensions.
 */
export function followStorage(storage: Storage, shape: Shape, wanted: Shape): Storage {
  if (isRowMajor(storage) || shape.length !== wanted.length) return rowMajor(wanted);
  if (sameStorage(storage, channelsLast(shape))) return channelsLast(wanted);
  const order = dimensionOrder(storage, shape);
  return order ? { factors: [...wanted], order } : rowMajor(wanted);
}

/** Dimensions from the slowest to the fastest in memory; one of size 1 follows its left neighbour. */
export function dimensionOrder(storage: Storage, shape: Shape): number[] | null {
  const strides = dimensionStrides(storage, shape);
  if (!strides) return null;
  const order = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  order.sort((a, b) => strides[b] - strides[a]);
  shape.forEach((size, d) => {
    if (size === 1) order.splice(order.indexOf(d - 1) + 1, 0, d);
  });
  return order;
}
