import { floatAttribute, intAttribute } from '../../../ir/attributes.ts';
import { constantOf, producerOf, soleConsumer, typeOf } from '../../../ir/graph.ts';
import { normalizeAxis, sameShape } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Tensor } from '../../../ir/types.ts';
import { isOp, onlyOutput, uniformConstant } from '../match.ts';
import type { Rule } from '../rewrite.ts';
import { combined, dimensionsOf, type Factor, factorOf } from './factor.ts';

/** A product with a constant, or a sum, behind a normalization is part of its scale and bias. */
export const affineBehind: Rule = (graph, node) => {
  const output = onlyOutput(node);
  if (!output || !isOp(node, 'Mul', 'Add')) return null;
  const at = node.inputs.findIndex((input) => constantOf(graph, input));
  const norm = at < 0 ? null : producerOf(graph, node.inputs[1 - at]);
  const constant = constantOf(graph, node.inputs[at]);
  if (!isOp(norm, ...NORMS) || !constant || norm.clip !== null || !onlyOutput(norm)) return null;
  const source = norm.outputs[0]!;
  const { shape } = typeOf(graph, source);
  const own = parametersOf(graph, norm);
  const factor = factorOf(constant, shape.length);
  if (!own || !factor || !soleConsumer(graph, source) || !sameShape(typeOf(graph, output).shape, shape)) return null;
  if (!dimensionsOf([factor]).every((d) => own.dimensions.includes(d))) return null;
  const times = (part: Factor) => combined(part, factor, (a, b) => a * b);
  const plus = combined(own.bias ?? zero(shape.length), factor, (a, b) => a + b);
  const [scale, bias] = node.op === 'Mul' ? [times(own.scale), own.bias && times(own.bias)] : [own.scale, plus];
  if (bias && norm.op === 'RMSNormalization') return null;
  return {
    touches: [node, norm],
    apply(edit) {
      const constants = [scale, ...(bias ? [bias] : [])].map((part, i) =>
        edit.constant(`${output}.${i === 0 ? 'scale' : 'bias'}`, own.tensor(part)),
      );
      const { op, attributes } = norm;
      edit.update(node, { op, inputs: [norm.inputs[0] ?? null, ...constants], attributes });
    },
  };
};

const NORMS = ['LayerNormalization', 'RMSNormalization', 'InstanceNormalization', 'GroupNormalization'];

function zero(rank: number): Factor {
  return { shape: new Array<number>(rank).fill(1), data: [0] };
}

interface Parameters {
  readonly scale: Factor;
  readonly bias: Factor | null;
  /** Along which they may change. */
  readonly dimensions: readonly number[];
  /** A factor as the operator takes it. */
  tensor(factor: Factor): Tensor;
}

/** Null where they are computed. */
function parametersOf(graph: Graph, node: Node): Parameters | null {
  const { shape } = typeOf(graph, node.inputs[0]);
  const [scale, bias] = [1, 2].map((i) => constantOf(graph, node.inputs[i]));
  if (scale?.dtype !== 'f32' || (node.inputs[2] != null && bias?.dtype !== 'f32')) return null;
  if (node.op === 'LayerNormalization' || node.op === 'RMSNormalization') {
    const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
    const [own, start] = [factorOf(scale, shape.length), bias && factorOf(bias, shape.length)];
    if (!own) return null;
    return {
      scale: own,
      bias: start,
      dimensions: shape.map((_, d) => d).slice(axis),
      tensor({ shape: long, data }) {
        const first = long.findIndex((size) => size > 1);
        return tensorOf('f32', first < 0 ? [1] : long.slice(first), Array.from(data));
      },
    };
  }
  const ones = new Array<number>(Math.max(0, shape.length - 2)).fill(1);
  const perChannel = ({ data }: Tensor): Factor => ({ shape: [1, shape[1], ...ones], data: data as Float32Array });
  return {
    scale: perChannel(scale),
    bias: bias && perChannel(bias),
    dimensions: [1],
    tensor: ({ data }) => tensorOf('f32', [shape[1]], Array.from(data)),
  };
}

/** Groups of channels as rows of a matrix, each normalized, and back: GroupNormalization, as PyTorch exports it. */
export const groupedRows: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const norm = isOp(node, 'Reshape') ? producerOf(graph, node.inputs[0]) : null;
  const rows = isOp(norm, 'InstanceNormalization', 'LayerNormalization') ? producerOf(graph, norm.inputs[0]) : null;
  if (!output || !norm || norm.clip !== null || !onlyOutput(norm) || !isOp(rows, 'Reshape')) return null;
  const [x] = rows.inputs;
  const [from, matrix, to] = [x, rows.outputs[0], output].map((value) => typeOf(graph, value).shape);
  const uniform = (i: number, otherwise: number) =>
    norm.inputs[i] == null ? otherwise : uniformConstant(graph, norm.inputs[i]);
  const [scale, bias] = [uniform(1, 1), uniform(2, 0)];
  const grouped = matrix.length === 3 && sameShape(from, to) && from.length > 2;
  if (!x || !grouped || scale === null || bias === null || matrix[0] !== from[0] || from[1] % matrix[1] !== 0)
    return null;
  const axis = normalizeAxis(intAttribute(norm, 'axis', -1), matrix.length);
  if (norm.op === 'LayerNormalization' && axis !== 2) return null;
  return {
    touches: [node, norm, rows],
    apply(edit) {
      const all = (name: string, value: number) =>
        edit.constant(`${output}.${name}`, tensorOf('f32', [from[1]], new Array<number>(from[1]).fill(value)));
      const attributes = { num_groups: matrix[1], epsilon: floatAttribute(norm, 'epsilon', 1e-5) };
      const inputs = [x, all('scale', scale), all('bias', bias)];
      edit.update(node, { op: 'GroupNormalization', inputs, attributes });
    },
  };
};
