import { intsAttribute } from '../../ir/attributes.ts';
import { constantOf, producerOf, typeOf } from '../../ir/graph.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import { isWide, numbersOf } from '../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { attention } from './attention.ts';
import { addition, division, lines, multiplication, prelu, several } from './elementwise.ts';
import { type ExactLayer, float32Error, type LayerValues } from './layer.ts';
import { logSoftmax, reduceLogSumExp } from './log-sum.ts';
import { normalization } from './normalization.ts';
import { reduction } from './reductions.ts';
import { resize } from './resize.ts';
import { softmax } from './softmax.ts';
import { averagePool, conv, matMul } from './sums.ts';
import { coordinates } from './window-cells.ts';

export type { ExactLayer, ExactResult } from './layer.ts';

const LAYERS: Readonly<Record<string, (layer: LayerValues) => ExactLayer | null>> = {
  Conv: conv,
  Gemm: matMul,
  MatMul: matMul,
  Add: addition,
  Sub: addition,
  Sum: several,
  Mean: several,
  Div: division,
  PRelu: prelu,
  Mul: multiplication,
  AveragePool: averagePool,
  GlobalAveragePool: averagePool,
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceL1: reduction,
  ReduceSumSquare: reduction,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  ReduceLogSumExp: reduceLogSumExp,
  Attention: attention,
  LayerNormalization: normalization,
  RMSNormalization: normalization,
  GroupNormalization: normalization,
  InstanceNormalization: normalization,
  Resize: resize,
};

/** Elements keep their place. */
const SAME_PLACE: ReadonlySet<string> = new Set(
  'Identity ShiftCodes DequantizeLinear Reshape Flatten Squeeze Unsqueeze'.split(' '),
);

/**
 * What is rounded to the codes of `value`; null where nothing is: moves, tables of all codes and steps are equal in every
 * implementation.
 * @param seen values that the layer read
 */
export function exactLayer(graph: Graph, value: ValueName, seen: (value: ValueName) => Tensor): ExactLayer | null {
  const node = producerOf(graph, value);
  if (!node) return null;
  const [source] = node.inputs;
  const exact = LAYERS[node.op];
  if (exact && node.domain === '' && isQuantized((name) => typeOf(graph, name), node)) {
    const own = exact({ graph, node, seen });
    return own && rounded(node, graph, own);
  }
  if (source == null) return null;
  if (node.op === 'LookupTable' && isWide(typeOf(graph, source))) return lines({ graph, node, seen });
  if (SAME_PLACE.has(node.op)) return exactLayer(graph, source, seen);
  const moved = node.op === 'Transpose' ? transposed : node.op === 'Slice' ? sliced : null;
  const before = moved && exactLayer(graph, source, seen);
  return before && moved(graph, node, before);
}

/** Clamped as the node says; QLinearAdd and its like add the zero point, of up to 255, before they round. */
function rounded(node: Node, graph: Graph, exact: ExactLayer): ExactLayer {
  const [step] = typeOf(graph, node.outputs[0]).quant?.scale ?? [1];
  const [min, max] = node.clip ?? [-Infinity, Infinity];
  return (index) => {
    const { steps, error } = exact(index);
    const shift = node.rounding === 'even-codes' ? float32Error(1, Math.abs(steps) + 255) : 0;
    return { steps: Math.min(Math.max(steps, min / step), max / step), error: error + shift };
  };
}

/** Cut out by constants, as the phases of a transposed convolution are. */
function sliced(graph: Graph, node: Node, exact: ExactLayer): ExactLayer | null {
  const list = (index: number) => {
    const tensor = constantOf(graph, node.inputs[index]);
    return tensor ? numbersOf(tensor) : null;
  };
  const [starts, steps] = [list(1), list(4)];
  const { shape } = typeOf(graph, node.inputs[0]);
  const axes = list(3) ?? starts?.map((_, i) => i);
  if (!starts || !axes || steps?.some((step) => step !== 1)) return null;
  const first = shape.map((size, d) => {
    const start = starts[axes.findIndex((axis) => normalizeAxis(axis, shape.length) === d)] ?? 0;
    return start < 0 ? Math.max(0, start + size) : start;
  });
  const result = typeOf(graph, node.outputs[0]).shape;
  return (index) => exact(coordinates(result, index).reduce((at, place, d) => at * shape[d]! + place + first[d]!, 0));
}

function transposed(graph: Graph, node: Node, exact: ExactLayer): ExactLayer {
  const { shape } = typeOf(graph, node.inputs[0]);
  const perm = intsAttribute(
    node,
    'perm',
    shape.map((_, i) => shape.length - 1 - i),
  );
  const result = perm.map((d) => shape[d]);
  return (index) => {
    const at = coordinates(result, index);
    const source = shape.map((_, d) => at[perm.indexOf(d)]);
    return exact(source.reduce((sum, place, d) => sum * shape[d] + place, 0));
  };
}
