import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { type ExactLayer, float32Error, type LayerValues, operand, stepOf } from './layer.ts';
import { ownNormalizationError } from './own-normalization.ts';
import { broadcast } from './sums.ts';
import { coordinates } from './window-cells.ts';

/** In real numbers: what a row is brought to, and how far float32 may be from it. */
interface Statistics {
  readonly mean: number;
  readonly meanError: number;
  /** 1 / deviation. */
  readonly inverse: number;
  /** Of itself. */
  readonly inverseError: number;
}

/** LayerNormalization, RMSNormalization, GroupNormalization and InstanceNormalization. */
export function normalization(layer: LayerValues): ExactLayer {
  const { graph, node } = layer;
  const x = operand(layer, 0);
  const real = (index: number) => x.centred(index) * x.scale();
  const length = rowLength(layer);
  const [scale, bias] = [parameter(layer, 1, 1), parameter(layer, 2, 0)];
  const [step, { shape }] = [stepOf(layer), typeOf(graph, node.inputs[0])];
  const own = ownError(layer, length);
  const rows = new Map<number, Statistics>();
  const rowOf = (row: number) => {
    const known =
      rows.get(row) ??
      statistics(
        layer,
        Array.from({ length }, (_, i) => real(row * length + i)),
      );
    rows.set(row, known);
    return known;
  };
  return (index) => {
    const { mean, meanError, inverse, inverseError } = rowOf(Math.floor(index / length));
    const at = coordinates(shape, index);
    const [g, b] = [scale(at), bias(at)];
    const distance = real(index) - mean;
    const product = distance * inverse * g;
    const ofDistance = meanError + float32Error(2, Math.abs(real(index)) + Math.abs(mean));
    const error =
      Math.abs(g) * inverse * (ofDistance + Math.abs(distance) * inverseError) +
      float32Error(6, Math.abs(product) + Math.abs(b));
    return { steps: (product + b) / step, error: error / step + own(index, distance * inverse, 1 / inverse) };
  };
}

/** What the C's integers are off by, of an element with this normal number in a row with this deviation. */
function ownError(layer: LayerValues, length: number) {
  const { graph, node } = layer;
  const { shape } = typeOf(graph, node.inputs[0]);
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  // One scale and bias for each place in a row, or for each channel.
  const plane = elementCount(shape.slice(2));
  const places = isOfRows(layer)
    ? Array.from({ length }, (_, i) => coordinates(shape, i))
    : Array.from({ length: shape[1]! }, (_, channel) => coordinates(shape, channel * plane));
  const job = {
    length,
    epsilon: epsilonOf(layer),
    inputScale: scaleOf(x),
    outputScale: scaleOf(y),
    zeroPoint: zeroPointOf(y),
    scale: places.map(parameter(layer, 1, 1)),
    bias: places.map(parameter(layer, 2, 0)),
  };
  const law = hasWideCodes(graph, node) ? 'words' : node.rounding ? 'bytes' : 'short';
  const errorOf = ownNormalizationError(job, law);
  const parameterOf = isOfRows(layer)
    ? (index: number) => index % length
    : (index: number) => Math.floor(index / plane) % shape[1]!;
  return (index: number, normal: number, deviation: number) =>
    errorOf({ parameter: parameterOf(index), normal, variance: (deviation / job.inputScale) ** 2 });
}

function isOfRows({ node }: LayerValues): boolean {
  return node.op === 'LayerNormalization' || node.op === 'RMSNormalization';
}

function epsilonOf({ node }: LayerValues): number {
  return floatAttribute(node, 'epsilon', 1e-5);
}

/** The variance as the mean of the squares less the square of the mean, which some compute in one pass. */
function statistics(layer: LayerValues, row: readonly number[]): Statistics {
  const mean = (of: (value: number) => number) => row.reduce((sum, value) => sum + of(value), 0) / row.length;
  const centred = layer.node.op !== 'RMSNormalization';
  const middle = centred ? mean((value) => value) : 0;
  const variance = mean((value) => (value - middle) ** 2) + epsilonOf(layer);
  const squares = mean((value) => value ** 2);
  return {
    mean: middle,
    meanError: centred ? float32Error(row.length + 1, mean(Math.abs)) : 0,
    inverse: 1 / Math.sqrt(variance),
    inverseError: float32Error(row.length + 4, 2 * squares) / variance / 2 + float32Error(3, 1),
  };
}

function rowLength(layer: LayerValues): number {
  const { graph, node } = layer;
  const { shape } = typeOf(graph, node.inputs[0]);
  if (isOfRows(layer)) return elementCount(shape.slice(normalizeAxis(intAttribute(node, 'axis', -1), shape.length)));
  const groups = node.op === 'GroupNormalization' ? intAttribute(node, 'num_groups', 1) : shape[1];
  return (shape[1] / groups) * elementCount(shape.slice(2));
}

/** Of an element: broadcast over the last dimensions of a row, or one for each channel. */
function parameter(layer: LayerValues, input: number, otherwise: number) {
  const { graph, node, seen } = layer;
  const value = node.inputs[input];
  if (value == null) return () => otherwise;
  const { data, shape } = seen(value);
  const rows = isOfRows(layer);
  const channels = typeOf(graph, node.inputs[0]).shape[1];
  return (at: readonly number[]) =>
    Number(data[rows ? broadcast(shape, at) : Math.floor((at[1] * shape[0]) / channels)]);
}
