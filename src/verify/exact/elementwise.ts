import { additionParameters } from '../../quant/addition.ts';
import { codeRange } from '../../quant/affine.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { fractionOf, stepOf as intervalBits } from '../../quant/wide-table.ts';
import { must } from '../../support/errors.ts';
import { type ExactLayer, exactSum, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** Both operands as real numbers. */
function pairs(layer: LayerValues): (index: number) => readonly [number, number] {
  const [a, b, y] = [operand(layer, 0), operand(layer, 1), shapeOf(layer)];
  return (index) => {
    const at = coordinates(y, index);
    return [a.centred(broadcast(a.shape, at)) * a.scale(), b.centred(broadcast(b.shape, at)) * b.scale()];
  };
}

/**
 * Add and Sub. In a file that nibblec quantized the coefficients have 15 bits (quant/addition.ts): what that makes of the sum is
 * no rounding of float32, and counts like one.
 */
export function addition(layer: LayerValues): ExactLayer {
  const operands = pairs(layer);
  const step = stepOf(layer);
  const sign = layer.node.op === 'Sub' ? -1 : 1;
  const ours = layer.node.rounding || hasWideCodes(layer.graph, layer.node) ? null : ourSum(layer, sign);
  return (index) => {
    const [a, b] = operands(index);
    const sum = (a + sign * b) / step;
    const exact = exactSum({ sum, magnitude: (Math.abs(a) + Math.abs(b)) / step, terms: 1 });
    return ours ? { ...exact, error: exact.error + Math.abs(ours(a, b) - sum) } : exact;
  };
}

/** The sum by our coefficients, in steps of the result. */
function ourSum({ graph, node }: LayerValues, sign: 1 | -1): (a: number, b: number) => number {
  const [x, y, z] = [...node.inputs.slice(0, 2), node.outputs[0]].map((value) => quantOf(graph, value));
  const [sx, sy] = [scaleOf(x!), scaleOf(y!)];
  const zeros = [x!, y!, z!].map((quant) => zeroPointOf(quant));
  const { A, B, S } = additionParameters(sx, zeros[0]!, sign * sy, zeros[1]!, scaleOf(z!), zeros[2]!);
  return (a, b) => ((a / sx) * A + (b / sy) * B) / 2 ** S;
}

/** Sum and Mean of any number of tensors. */
export function several(layer: LayerValues): ExactLayer {
  const operands = layer.node.inputs.map((_, i) => operand(layer, i));
  const y = shapeOf(layer);
  const step = stepOf(layer) * (layer.node.op === 'Mean' ? operands.length : 1);
  return (index) => {
    const at = coordinates(y, index);
    const terms = operands.map((x) => (x.centred(broadcast(x.shape, at)) * x.scale()) / step);
    const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    return exactSum({ sum: total(terms), magnitude: total(terms.map(Math.abs)), terms: terms.length });
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

export function division(layer: LayerValues): ExactLayer {
  const operands = pairs(layer);
  const step = stepOf(layer);
  return (index) => {
    const [a, b] = operands(index);
    const sum = a / b / step;
    return exactSum({ sum, magnitude: Number.isFinite(sum) ? Math.abs(sum) : 0, terms: 1 });
  };
}

/** The slope counts below zero only. */
export function prelu(layer: LayerValues): ExactLayer {
  const operands = pairs(layer);
  const step = stepOf(layer);
  return (index) => {
    const [x, slope] = operands(index);
    const sum = (x < 0 ? x * slope : x) / step;
    return exactSum({ sum, magnitude: Math.abs(sum), terms: 1 });
  };
}

/** A table of codes of 16 bits: straight lines between its entries, off by about a quarter of the bend at an entry. */
export function lines(layer: LayerValues): ExactLayer {
  const x = operand(layer, 0);
  const { data } = layer.seen(must(layer.node.inputs[1], 'a table'));
  const y = quantOf(layer.graph, layer.node.outputs[0]);
  const [step, unit] = [2 ** intervalBits(data.length), 2 ** fractionOf(codeRange(y.bits))];
  const zero = zeroPointOf(quantOf(layer.graph, layer.node.inputs[0]));
  const entry = (i: number) => Number(data[Math.min(Math.max(i, 0), data.length - 1)]) / unit;
  const bend = (i: number) => Math.abs(entry(i + 1) - 2 * entry(i) + entry(i - 1));
  return (index) => {
    const place = (x.centred(index) + zero + 2 ** 15) / step;
    const i = Math.floor(place);
    const code = entry(i) + (entry(i + 1) - entry(i)) * (place - i);
    const lines = 1 + Math.max(bend(i), bend(i + 1)) / 4;
    return { steps: code - zeroPointOf(y), error: lines + 0.5, lines };
  };
}
