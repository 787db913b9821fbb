import { constantOf, typeOf } from '../../../ir/graph.ts';
import { rowAxisOf } from '../../../ir/linear.ts';
import { permuted } from '../../../ir/permute.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Graph, Node, Quant } from '../../../ir/types.ts';
import { fractionBits, startOf } from '../../../quant/fine-bias.ts';
import { accumulatorBound, accumulatorFits, requantization } from '../../../quant/requantize.ts';
import { must } from '../../../support/errors.ts';

/**
 * Why the sums of a layer, or their scale, are beyond int32 arithmetic; null when they are not. `node` reads codes;
 * `y` is what its result will be.
 */
export function sumsRefusal(graph: Graph, node: Node, weighted: boolean, y: Quant): string | null {
  const [a, b] = node.inputs.map((input) => (input ? typeOf(graph, input).quant : null));
  const scales = ratios(node, must(a, 'input type'), b, y);
  if (!scales) return null;
  if (!scales.every((scale) => scale > 0 && scale < 2 ** 24)) return 'its scales lie too far apart';
  const leftShift = fractionBits(graph, node) > 0 ? 0 : requantization(scales).leftShift;
  const bound = weighted ? weightedBound(graph, node) : productBound(graph, node);
  return accumulatorFits(bound, leftShift) ? null : 'its sums may leave int32';
}

/** Scale of the sums over the scale of the result, one per channel; null for operators that add codes of one kind. */
function ratios(node: Node, a: Quant, b: Quant | null, y: Quant): number[] | null {
  if (['Conv', 'Gemm', 'MatMul', 'Mul'].includes(node.op) && b)
    return b.scale.map((scale) => (a.scale[0] * scale) / y.scale[0]);
  if (node.op === 'ReduceSumSquare') return [a.scale[0] ** 2 / y.scale[0]];
  return sumsCodes(node) ? [a.scale[0] / y.scale[0]] : null;
}

/** Its results are sums of the codes of one tensor. */
function sumsCodes({ op }: Node): boolean {
  return op.endsWith('AveragePool') || ['ReduceSum', 'ReduceMean', 'ReduceL1'].includes(op);
}

/** Sums of weights times raw input codes; the bias takes the input's zero point along. */
function weightedBound(graph: Graph, node: Node) {
  const stored = must(constantOf(graph, node.inputs[1]), 'weights');
  const weights = rowAxisOf(node) === 1 ? permuted(stored, [1, 0]) : stored;
  const rows = weights.shape[0];
  const bias = startOf(graph, node);
  const [zero] = must(typeOf(graph, node.inputs[0]).quant, 'input type').zeroPoint;
  const depth = weights.data.length / rows;
  const folded = Array.from({ length: rows }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < depth; i++) sum += Number(weights.data[o * depth + i]);
    return (bias[o] ?? 0) - zero * sum;
  });
  return accumulatorBound(weights.data as Int8Array, rows, -128, 127, folded);
}

/** Sums of products of two centred codes, or of centred codes alone (pooling). */
function productBound(graph: Graph, node: Node) {
  const { shape } = typeOf(graph, node.inputs[0]);
  const depth =
    node.op === 'MatMul'
      ? (shape.at(-1) ?? 1)
      : node.op === 'Mul'
        ? 1
        : node.op.startsWith('Reduce')
          ? elementCount(shape)
          : shape.slice(2).reduce((n, d) => n * d, 1);
  const most = depth * 255 * (sumsCodes(node) ? 1 : 255);
  return { min: -most, max: most };
}
