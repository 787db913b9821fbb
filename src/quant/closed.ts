import { typeOf } from '../ir/graph.ts';
import { isLinear, rowAxisOf } from '../ir/linear.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph, Node, Tensor, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { largestSums, quantOf, spanOf } from './quantized.ts';

/**
 * True when float32 computes what the file says without rounding until values become codes, so that no code of the C may
 * differ from onnxruntime's: all scales are powers of two, sums stay below 2^24, and nothing but integer operators, tables
 * and moves lies between codes. Else a code may differ by one where the exact result is within float32's error of a tie.
 * @param file the graph as it was read
 * @param graph what import-qdq made of it
 */
export function isClosed(file: Graph, graph: Graph): boolean {
  return file.nodes.every((node) => hasExactScales(file, node)) && graph.nodes.every((node) => isExact(graph, node));
}

/** Real constants of the node are scales that are powers of two, or bounds. */
function hasExactScales(file: Graph, { op, inputs }: Node): boolean {
  const reals = inputs.flatMap((input) => realConstant(file, input) ?? []);
  if (op === 'Clip' || reals.length === 0) return true;
  const scales = /^(QuantizeLinear|DequantizeLinear|QLinear\w+|QGemm)$/.test(op);
  return (
    scales &&
    reals.every((tensor) => toFloat32Array(tensor).every((scale) => 2 ** Math.round(Math.log2(scale)) === scale))
  );
}

function realConstant(file: Graph, input: ValueName | null): Tensor | null {
  const constant = input === null ? undefined : file.constants.get(input);
  return constant?.dtype === 'f32' ? constant : null;
}

const EXACT = 2 ** 24;

/** Sums, products and quotients that float32 computes without rounding while their codes are small. */
const COMPUTED: readonly string[] = [
  ...['Conv', 'Gemm', 'MatMul', 'Add', 'Sub', 'Sum', 'Mul', 'Div', 'PRelu', 'AveragePool', 'GlobalAveragePool'],
  ...['ReduceMean', 'ReduceSum', 'ReduceL1', 'ReduceSumSquare'],
];

function isExact(graph: Graph, node: Node): boolean {
  const real = node.outputs.some((output) => output !== null && typeOf(graph, output).dtype === 'f32');
  if (real) return node.op === 'DequantizeLinear';
  if (!node.rounding || node.op === 'QuantizeLinear') return true;
  if (!COMPUTED.includes(node.op)) return false;
  return sumsOf(graph, node) < EXACT;
}

/** Largest magnitude of a sum of a layer, in its own steps. */
function sumsOf(graph: Graph, node: Node): number {
  const [x, w] = node.inputs;
  const { shape } = typeOf(graph, x);
  const span = spanOf(quantOf(graph, x));
  if (node.op === 'ReduceSumSquare') return span ** 2 * elementCount(shape);
  if (node.op.startsWith('Reduce')) return span * elementCount(shape);
  if (node.op.endsWith('AveragePool')) return span * shape.slice(2).reduce((n, d) => n * d, 1);
  if (graph.constants.has(w ?? '') && isLinear(node)) {
    const channels = typeOf(graph, w).shape[rowAxisOf(node)];
    return Math.max(...largestSums(graph, node, channels));
  }
  const product = () => span * spanOf(quantOf(graph, w));
  if (node.op === 'MatMul') return product() * (shape.at(-1) ?? 1);
  if (node.op === 'Mul' || node.op === 'PRelu') return product();
  if (node.op === 'Div') return span;
  // All in steps of the finest scale.
  const terms = node.inputs.map((input) => quantOf(graph, input));
  const finest = Math.min(...terms.map(({ scale }) => scale[0]));
  return terms.reduce((sum, term) => sum + (spanOf(term) * term.scale[0]) / finest, 0);
}
