import { producerOf, soleConsumer, typeOf } from '../../../ir/graph.ts';
import { normalizeAxis } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { constantNumbers, isOp, onlyOutput, uniformConstant } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';

/**
 * (x - mean) / sqrt(mean((x - mean)^2) + epsilon), times a scale, plus a bias, as exporters write it, is
 * LayerNormalization; without the means RMSNormalization.
 */
export const spelledNormalization: Rule = (graph, node) => {
  const root = quotient(graph, node);
  if (!root || node.clip) return null;
  const squares = meanOf(graph, root.variance);
  const base = squares && squared(graph, squares.value);
  const axis = squares?.axis ?? 0;
  if (!squares || base !== root.numerator) return null;
  const difference = producerOf(graph, base);
  const centred = difference && isOp(difference, 'Sub') ? meanOf(graph, difference.inputs[1]) : null;
  const layer = centred !== null && centred.axis === axis && centred.value === difference?.inputs[0];
  const x = layer ? centred.value : base;
  const scale = following(graph, node, 'Mul', axis, x);
  const bias = layer ? following(graph, scale?.node ?? node, 'Add', axis, x) : null;
  const last = bias?.node ?? scale?.node ?? node;
  return {
    touches: [node, ...(scale ? [scale.node] : []), ...(bias ? [bias.node] : [])],
    apply(edit) {
      const ones = () => edit.constant(`${node.outputs[0]}.ones`, tensorOf('f32', [1], [1]));
      const inputs = [x, scale?.constant ?? ones(), ...(bias ? [bias.constant] : [])];
      const op = layer ? 'LayerNormalization' : 'RMSNormalization';
      edit.update(last, { op, inputs, attributes: { axis, epsilon: root.epsilon } });
    },
  };
};

/** numerator / sqrt(variance + epsilon), or times the reciprocal of that root. */
function quotient(graph: Graph, node: Node): { numerator: ValueName; variance: ValueName; epsilon: number } | null {
  const [a, b] = node.inputs;
  if (!onlyOutput(node) || !a || !b || !isOp(node, 'Div', 'Mul')) return null;
  const inverse = producerOf(graph, b);
  const root = isOp(node, 'Div') ? inverse : isOp(inverse, 'Reciprocal') ? producerOf(graph, inverse.inputs[0]) : null;
  const sum = isOp(root, 'Sqrt') ? producerOf(graph, root.inputs[0]) : null;
  const epsilon = isOp(sum, 'Add') ? uniformConstant(graph, sum.inputs[1]) : null;
  const variance = sum?.inputs[0];
  return variance && epsilon !== null && epsilon > 0 ? { numerator: a, variance, epsilon } : null;
}

/** What a value is the mean of, over all dimensions from an axis on, which it keeps. */
function meanOf(graph: Graph, value: ValueName | null | undefined): { value: ValueName; axis: number } | null {
  const node = producerOf(graph, value);
  const [x] = node?.inputs ?? [];
  if (!x || node?.clip) return null;
  const { shape } = typeOf(graph, x);
  if (node?.op === 'GlobalAveragePool') return { value: x, axis: 2 };
  const axes = node && isOp(node, 'ReduceMean') ? constantNumbers(graph, node.inputs[1]) : null;
  if (!axes || axes.length === 0 || node?.attributes.keepdims === 0) return null;
  const axis = Math.min(...axes.map((one) => normalizeAxis(one, shape.length)));
  return new Set(axes).size === shape.length - axis ? { value: x, axis } : null;
}

/** What a value is the square of. */
function squared(graph: Graph, value: ValueName): ValueName | null {
  const node = producerOf(graph, value);
  const [a, b] = node?.inputs ?? [];
  if (!a || node?.clip) return null;
  if (isOp(node, 'Pow') && uniformConstant(graph, b) === 2) return a;
  return isOp(node, 'Mul') && a === b ? a : null;
}

/** The one reader of a node's result, where it adds or multiplies a constant that spreads over the dimensions from `axis` on. */
function following(graph: Graph, { outputs }: Node, op: 'Mul' | 'Add', axis: number, x: ValueName) {
  const output = outputs[0]!;
  const reader = soleConsumer(graph, output);
  if (!reader || !isOp(reader, op)) return null;
  const constant = reader.inputs[reader.inputs[0] === output ? 1 : 0] ?? null;
  const tensor = constant === null ? undefined : graph.constants.get(constant);
  const row = typeOf(graph, x).shape.slice(axis);
  const shape = tensor?.shape ?? [];
  const spreads =
    shape.length <= row.length && shape.every((n, i) => n === 1 || n === row[row.length - shape.length + i]);
  return constant !== null && tensor?.dtype === 'f32' && spreads && shape.length > 0
    ? { node: reader, constant }
    : null;
}
