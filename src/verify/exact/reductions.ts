import { intAttribute } from '../../ir/attributes.ts';
import { constantOf } from '../../ir/graph.ts';
import { elementCount, normalizeAxis, rowMajorStrides } from '../../ir/shape.ts';
import { numbersOf } from '../../ir/tensor.ts';
import { type ExactLayer, exactSum, type LayerValues, operand, stepOf } from './layer.ts';
import { coordinates } from './window-cells.ts';

/** ReduceSum, ReduceMean, ReduceL1 and ReduceSumSquare. */
export function reduction(layer: LayerValues): ExactLayer {
  const { op } = layer.node;
  const x = operand(layer, 0);
  const strides = rowMajorStrides(x.shape);
  const reduced = reducedAxes(layer, x.shape.length);
  const kept = x.shape.map((_, d) => d).filter((d) => !reduced.includes(d));
  const sizes = (axes: readonly number[]) => axes.map((d) => x.shape[d]);
  const place = (axes: readonly number[], index: number) =>
    coordinates(sizes(axes), index).reduce((sum, at, i) => sum + at * strides[axes[i]], 0);
  const terms = elementCount(sizes(reduced));
  const unit = x.scale() ** (op === 'ReduceSumSquare' ? 2 : 1) / stepOf(layer) / (op === 'ReduceMean' ? terms : 1);
  const term = op === 'ReduceSumSquare' ? (v: number) => v * v : op === 'ReduceL1' ? Math.abs : (v: number) => v;
  return (index) => {
    const first = place(kept, index);
    let [sum, magnitude] = [0, 0];
    for (let k = 0; k < terms; k++) {
      const value = term(x.centred(first + place(reduced, k)));
      sum += value;
      magnitude += Math.abs(value);
    }
    return exactSum({ sum: sum * unit, magnitude: magnitude * unit, terms });
  };
}

/** Without axes all, unless the node says that these are none. */
function reducedAxes({ graph, node }: LayerValues, rank: number): number[] {
  const axes = constantOf(graph, node.inputs[1]);
  const given = axes ? numbersOf(axes).map((axis) => normalizeAxis(axis, rank)) : [];
  if (given.length > 0) return [...new Set(given)].sort((a, b) => a - b);
  return intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, d) => d);
}
