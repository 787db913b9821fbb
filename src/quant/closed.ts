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

function isExact(graph: Graph, node: Node): boolean {
  const real = node.outputs.some((output) => output !== null && typeOf(graph, output).dtype === 'f32');
  if (real) return node.op === 'DequantizeLinear';
  if (!node.rounding || node.op === 'QuantizeLinear') return true;
  if (node.op === 'Softmax') return false;
  return sumsOf(graph, node) < EXACT;
}

/** Largest magnitude of a sum of a layer, in its own steps. */
function sumsOf(graph: Graph, node: Node): number {
  const [x, w] = node.inputs;
  const { shape } = typeOf(graph, x);
  const span = spanOf(quantOf(graph, x));
  if (node.op === 'Resize') return Infinity; // weights are rounded
  if (node.op === 'ReduceSumSquare') return span ** 2 * elementCount(shape);
  if (node.op.startsWith('Reduce')) return span * elementCount(shape);
  if (node.op.endsWith('AveragePool')) return span * shape.slice(2).reduce((n, d) => n * d, 1);
  if (graph.constants.has(w ?? '') && isLinear(node)) {
    const channels = typeOf(graph, w).shape[rowAxisOf(node)];
    return Math.max(...largestSums(graph, node, channels));
  }
  const other = spanOf(quantOf(graph, w));
  if (node.op === 'MatMul') return span * other * (shape.at(-1) ?? 1);
  if (node.op === 'Mul') return span * other;
  // A sum of two: both in steps of the finer scale.
  const [a, b] = [quantOf(graph, x).scale[0], quantOf(graph, w).scale[0]];
  return (span * a + other * b) / Math.min(a, b);
}
