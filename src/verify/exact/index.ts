import { intsAttribute } from '../../ir/attributes.ts';
import { producerOf, typeOf } from '../../ir/graph.ts';
import { isWide } from '../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { isQuantized } from '../../quant/quantized.ts';
import { addition, division, lines, multiplication, prelu, several, softmax } from './elementwise.ts';
import { type ExactLayer, float32Error, type LayerValues } from './layer.ts';
import { normalization } from './normalization.ts';
import { reduction } from './reductions.ts';
import { averagePool, conv, matMul } from './sums.ts';
import { coordinates } from './window-cells.ts';

export type { ExactLayer, ExactResult } from './layer.ts';

const LAYERS: Readonly<Record<string, (layer: LayerValues) => ExactLayer>> = {
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
  LayerNormalization: normalization,
  RMSNormalization: normalization,
  GroupNormalization: normalization,
  InstanceNormalization: normalization,
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
    return rounded(node, graph, exact({ graph, node, seen }));
  }
  if (source == null) return null;
  if (node.op === 'LookupTable' && isWide(typeOf(graph, source))) return lines({ graph, node, seen });
  if (SAME_PLACE.has(node.op)) return exactLayer(graph, source, seen);
  const before = node.op === 'Transpose' ? exactLayer(graph, source, seen) : null;
  return before && transposed(graph, node, before);
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
