import { intAttribute } from '../../../ir/attributes.ts';
import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { broadcastShape, elementCount, sameShape } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { bypass, constantNumbers, isOp, onlyOutput, permOf, uniformConstant } from '../match.ts';
import type { Rule } from '../rewrite.ts';

/** Sum of several is a chain of Add, in the order in which Sum adds. */
export const splitSum: Rule = (graph, node) => {
  const output = onlyOutput(node);
  if (!isOp(node, 'Sum') || !output || node.inputs.length < 2) return null;
  const { dtype } = typeOf(graph, output);
  return {
    touches: [node],
    apply(edit) {
      let [sum, ...rest] = node.inputs.map((input) => must(input, 'input of Sum'));
      const last = must(rest.pop(), 'last input of Sum');
      let { shape } = typeOf(graph, sum);
      for (const input of rest) {
        shape = broadcastShape(shape, typeOf(graph, input).shape);
        sum = edit.node({ op: 'Add', inputs: [sum, input] }, { dtype, shape, quant: null }, `${output}.sum`);
      }
      edit.update(node, { op: 'Add', inputs: [sum, last] });
    },
  };
};

/** Max and Min with one number are Clip with one bound. */
export const extremeToClip: Rule = (graph, node) => {
  const output = onlyOutput(node);
  if (!isOp(node, 'Max', 'Min') || node.inputs.length !== 2 || !output) return null;
  const type = typeOf(graph, output);
  const index = node.inputs.findIndex((input) => uniformConstant(graph, input) !== null);
  const source = node.inputs[1 - index];
  const bound = uniformConstant(graph, node.inputs[index]);
  if (
    index < 0 ||
    bound === null ||
    !source ||
    type.dtype !== 'f32' ||
    !sameShape(typeOf(graph, source).shape, type.shape)
  )
    return null;
  return {
    touches: [node],
    apply(edit) {
      const limit = edit.constant(`${output}.bound`, tensorOf('f32', [], [bound]));
      edit.update(node, { op: 'Clip', inputs: node.op === 'Max' ? [source, limit] : [source, null, limit] });
    },
  };
};

const LARGEST = 3.4028234663852886e38;

/** Bounds that bind nothing are left out (largest float32 and infinity); [0, open] is Relu, two open bounds nothing. */
export const normalizeClip: Rule = (graph, node) => {
  if (!isOp(node, 'Clip') || typeOf(graph, node.outputs[0]).dtype !== 'f32') return null;
  const [source = null, min = null, max = null] = node.inputs;
  const low = openBound(graph, min, (bound) => bound <= -LARGEST);
  const high = openBound(graph, max, (bound) => bound >= LARGEST);
  if (low === null && high === null) return bypass(graph, node, source);
  if (high === null && uniformConstant(graph, low) === 0) {
    return { touches: [node], apply: (edit) => edit.update(node, { op: 'Relu', inputs: [source] }) };
  }
  const inputs = high === null ? [source, low] : [source, low, high];
  if (inputs.length === node.inputs.length && inputs.every((input, i) => input === node.inputs[i])) return null;
  return { touches: [node], apply: (edit) => edit.update(node, { inputs }) };
};

function openBound(graph: Graph, value: ValueName | null, isOpen: (bound: number) => boolean): ValueName | null {
  const bound = uniformConstant(graph, value);
  return bound !== null && isOpen(bound) ? null : value;
}

/** A reduction that drops dimensions takes them from before a Transpose, when the others are in order there too. */
export const reduceBeforeTranspose: Rule = (graph, node) => {
  const transpose = producerOf(graph, node.inputs[0]);
  if (!isOp(node, ...REDUCTIONS) || !isOp(transpose, 'Transpose') || transpose.clip !== null) return null;
  const perm = permOf(graph, transpose);
  const axes = constantNumbers(graph, node.inputs[1])?.map((axis) => perm[(axis + perm.length) % perm.length]);
  const output = onlyOutput(node);
  if (!axes || axes.length === 0 || intAttribute(node, 'keepdims', 1) !== 0 || !output) return null;
  const rest = perm.filter((axis) => !axes.includes(axis));
  if (rest.some((axis, i) => i > 0 && axis < rest[i - 1])) return null;
  return {
    touches: [node, transpose],
    apply(edit) {
      const reduced = edit.constant(`${output}.axes`, tensorOf('i64', [axes.length], axes));
      edit.update(node, { inputs: [transpose.inputs[0] ?? null, reduced] });
    },
  };
};

const REDUCTIONS = ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2'] as const;

/** The mean over all spatial dimensions is GlobalAveragePool (and a Reshape when they are dropped). */
export const meanToGlobalPool: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [source] = node.inputs;
  if (!isOp(node, 'ReduceMean') || !output || !source || node.clip !== null) return null;
  const { shape, dtype } = typeOf(graph, source);
  const target = typeOf(graph, output);
  if (dtype !== 'f32' || shape.length < 3 || !reducesSpatial(graph, node, shape)) return null;
  const pooled = [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)];
  return {
    touches: [node],
    apply(edit) {
      if (sameShape(pooled, target.shape))
        return edit.update(node, { op: 'GlobalAveragePool', inputs: [source], attributes: {} });
      const pool = edit.node(
        { op: 'GlobalAveragePool', inputs: [source] },
        { dtype, shape: pooled, quant: null },
        `${output}.pool`,
      );
      const flat = edit.constant(`${output}.shape`, tensorOf('i64', [target.shape.length], target.shape));
      edit.update(node, { op: 'Reshape', inputs: [pool, flat], attributes: {} });
    },
  };
};

function reducesSpatial(graph: Graph, node: Node, shape: Shape): boolean {
  const axes = constantOf(graph, node.inputs[1]);
  if (!axes) return false;
  const reduced = new Set(
    Array.from(axes.data as ArrayLike<number | bigint>, (a) => (Number(a) + shape.length) % shape.length),
  );
  const spatial = shape.slice(2).every((_, i) => reduced.has(i + 2));
  return spatial && !reduced.has(0) && !reduced.has(1) && elementCount(shape) > 0;
}
