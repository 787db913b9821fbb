import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis, rowMajorStrides } from '../../ir/shape.ts';
import { type ExactLayer, exactSum, float32Error, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** Both operands as real numbers in steps of the result. */
function pairs(layer: LayerValues): (index: number) => readonly [number, number] {
  const [a, b, y] = [operand(layer, 0), operand(layer, 1), shapeOf(layer)];
  return (index) => {
    const at = coordinates(y, index);
    return [a.centred(broadcast(a.shape, at)) * a.scale(), b.centred(broadcast(b.shape, at)) * b.scale()];
  };
}

/** Add and Sub. */
export function addition(layer: LayerValues): ExactLayer {
  const operands = pairs(layer);
  const step = stepOf(layer);
  const sign = layer.node.op === 'Sub' ? -1 : 1;
  return (index) => {
    const [a, b] = operands(index);
    return exactSum({ sum: (a + sign * b) / step, magnitude: (Math.abs(a) + Math.abs(b)) / step, terms: 1 });
  };
}

export function multiplication(layer: LayerValues): ExactLayer {
  const operands = pairs(layer);
  const step = stepOf(layer);
  return (index) => {
    const [a, b] = operands(index);
    return exactSum({ sum: (a * b) / step, magnitude: Math.abs(a * b) / step, terms: 1 });
  };
}

/** exp, and the division of one by their sum. */
const AROUND = 8;

/** The exponents are off by the roundings of the numbers, so are the powers, relative to their size. */
export function softmax(layer: LayerValues): ExactLayer {
  const x = operand(layer, 0);
  const axis = normalizeAxis(intAttribute(layer.node, 'axis', -1), x.shape.length);
  const [length, stride] = [x.shape[axis], rowMajorStrides(x.shape)[axis]];
  return (index) => {
    const first = index - (Math.floor(index / stride) % length) * stride;
    const row = Array.from({ length }, (_, i) => x.centred(first + i * stride) * x.scale());
    const largest = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    const steps = Math.exp(x.centred(index) * x.scale() - largest) / sum / stepOf(layer);
    const size = Math.max(...row.map(Math.abs));
    return { steps, error: float32Error(length + AROUND, steps) + float32Error(6, size * steps) };
  };
}
