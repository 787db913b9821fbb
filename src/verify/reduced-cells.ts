import { intAttribute } from '../ir/attributes.ts';
import { elementCount, normalizeAxis, rowMajorStrides } from '../ir/shape.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Node, Shape, Tensor } from '../ir/types.ts';

/** The elements of a tensor of `shape` that each result of a reduction along `axes` is made of. */
export function reducedCells(shape: Shape, axes: readonly number[]): (index: number) => number[] {
  const strides = rowMajorStrides(shape);
  const kept = shape.map((_, d) => d).filter((d) => !axes.includes(d));
  const offsets = (dimensions: readonly number[]) => {
    const sizes = dimensions.map((d) => shape[d]!);
    const steps = rowMajorStrides(sizes);
    return Array.from({ length: elementCount(sizes) }, (_, index) =>
      dimensions.reduce((sum, d, i) => sum + (Math.floor(index / steps[i]!) % sizes[i]!) * strides[d]!, 0),
    );
  };
  const [firsts, inside] = [offsets(kept), offsets(axes)];
  return (index) => inside.map((offset) => firsts[index]! + offset);
}

/** Of a reduction: without axes all, unless the node says that these are none. */
export function reducedAxes(node: Node, axes: Tensor | null, rank: number): number[] {
  const given = axes ? numbersOf(axes).map((axis) => normalizeAxis(axis, rank)) : [];
  if (given.length > 0) return [...new Set(given)].sort((a, b) => a - b);
  return intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, d) => d);
}
