import { intAttribute } from '../../ir/attributes.ts';
import { constantOf } from '../../ir/graph.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { reducedAxes, reducedCells } from '../reduced-cells.ts';
import { type ExactLayer, float32Error, type LayerValues, operand, stepOf } from './layer.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** Logarithms are cut to 2^-12 of an octave in codes of 8 bits, to 2^-18 in those of 16; powers are as near. */
const CUT = { narrow: 2 ** -11, wide: 2 ** -17 };
/** Maximum, exp, log, two sums, the division by the step. */
const AROUND = 8;

/** LogSoftmax along an axis. */
export function logSoftmax(layer: LayerValues): ExactLayer {
  const x = operand(layer, 0);
  const axis = normalizeAxis(intAttribute(layer.node, 'axis', -1), x.shape.length);
  const real = (at: readonly number[]) => x.centred(broadcast(x.shape, at)) * x.scale();
  const result = inSteps(layer, x.shape[axis]!);
  return (index) => {
    const at = coordinates(x.shape, index);
    const row = Array.from({ length: x.shape[axis]! }, (_, i) => real(at.with(axis, i)));
    return result(real(at) - logSumOf(row), row);
  };
}

export function reduceLogSumExp(layer: LayerValues): ExactLayer {
  const { graph, node } = layer;
  const x = operand(layer, 0);
  const cells = reducedCells(x.shape, reducedAxes(node, constantOf(graph, node.inputs[1]), x.shape.length));
  const result = inSteps(layer, cells(0).length);
  return (index) => {
    const row = Array.from(cells(index), (cell) => x.centred(cell) * x.scale());
    return result(logSumOf(row), row);
  };
}

function logSumOf(row: readonly number[]): number {
  const largest = Math.max(...row);
  return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

function inSteps(layer: LayerValues, length: number) {
  const step = stepOf(layer);
  const own = (hasWideCodes(layer.graph, layer.node) ? CUT.wide : CUT.narrow) + length * 2 ** -24;
  return (result: number, row: readonly number[]) => {
    const size = Math.max(...row.map(Math.abs)) + Math.abs(result);
    return { steps: result / step, error: (float32Error(length + AROUND, size) + own) / step };
  };
}
