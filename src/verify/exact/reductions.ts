import { constantOf } from '../../ir/graph.ts';
import { reducedAxes, reducedCells } from '../reduced-cells.ts';
import { type ExactLayer, exactSum, type LayerValues, operand, stepOf } from './layer.ts';

/** ReduceSum, ReduceMean, ReduceL1 and ReduceSumSquare. */
export function reduction(layer: LayerValues): ExactLayer {
  const { graph, node } = layer;
  const x = operand(layer, 0);
  const cells = reducedCells(x.shape, reducedAxes(node, constantOf(graph, node.inputs[1]), x.shape.length));
  const squares = node.op === 'ReduceSumSquare';
  const term = squares ? (v: number) => v * v : node.op === 'ReduceL1' ? Math.abs : (v: number) => v;
  const unit = x.scale() ** (squares ? 2 : 1) / stepOf(layer);
  return (index) => {
    const values = cells(index).map((cell) => term(x.centred(cell)));
    const scale = node.op === 'ReduceMean' ? unit / values.length : unit;
    const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    return exactSum({
      sum: total(values) * scale,
      magnitude: total(values.map(Math.abs)) * scale,
      terms: values.length,
    });
  };
}
