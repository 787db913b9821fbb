import { elementCount } from '../../ir/shape.ts';
import { createData } from '../../ir/tensor.ts';
import type { Tensor } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import { bytesPerElement } from '../../numerics/dtype.ts';
import type { MemoryBudget } from '../../support/memory-budget.ts';
import { badModel } from '../bad-model.ts';
import { countElements } from './tensor-data.ts';

/**
 * A SparseTensorProto written out: `values` at `indices`, zero elsewhere. Indices are [NNZ] positions in row-major order
 * or [NNZ, rank] coordinates, in ascending order without repetition. A few bytes can ask for any number of zeros: these
 * are counted on `memory`. Throws BAD_MODEL or TOO_LARGE.
 */
export function denseTensor(
  values: Tensor,
  indices: Tensor,
  dims: readonly number[],
  where: string,
  memory: MemoryBudget,
): Tensor {
  const elements = countElements(dims, where);
  memory.take(elements * bytesPerElement(values.dtype), where);
  const count = values.data.length;
  if (values.shape.length !== 1) badModel('the values of a sparse tensor are not a list', where);
  const linear = indices.shape.length === 1;
  const wanted = linear ? [count] : [count, dims.length];
  if (indices.dtype !== 'i64' || indices.shape.join() !== wanted.join()) {
    badModel(`the indices of a sparse tensor are ${indices.dtype}[${indices.shape}], not i64[${wanted}]`, where);
  }
  const data = createData(values.dtype, elementCount(dims));
  const read = elementReader(indices);
  let last = -1;
  for (let i = 0; i < count; i++) {
    const at = linear
      ? inside(read(i), elements, where)
      : position(dims, (axis) => read(i * dims.length + axis), where);
    if (at <= last) badModel('the indices of a sparse tensor do not ascend', where);
    data[at] = values.data[i];
    last = at;
  }
  return { dtype: values.dtype, shape: [...dims], data };
}

function position(dims: readonly number[], index: (axis: number) => number, where: string): number {
  return dims.reduce((at, size, axis) => at * size + inside(index(axis), size, where), 0);
}

function inside(index: number, size: number, where: string): number {
  return index >= 0 && index < size ? index : badModel(`an index of a sparse tensor is ${index}, of ${size}`, where);
}
