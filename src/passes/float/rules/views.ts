import { intAttribute } from '../../../ir/attributes.ts';
import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { elementCount, normalizeAxis, sameShape } from '../../../ir/shape.ts';
import { numbersOf, tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { isOp, onlyOutput, permOf } from '../match.ts';
import type { Rewrite, Rule } from '../rewrite.ts';
import { partInputs, reshaped, taken } from './take-parts.ts';

/** Every pure view is a Reshape to a constant shape without 0 and -1. */
export const toReshape: Rule = (graph, node) => (isView(graph, node) ? reshape(graph, node, node.inputs[0]) : null);

/** A Reshape of a Reshape is one Reshape of what came first. */
export const mergeReshapes: Rule = (graph, node) => {
  const inner = producerOf(graph, node.inputs[0]);
  if (!isOp(node, 'Reshape') || !isOp(inner, 'Reshape') || inner.clip !== null) return null;
  const { apply } = reshape(graph, node, inner.inputs[0]);
  return { touches: [node, inner], apply };
};

/** Transpose of Transpose: out dimension i is in dimension inner[outer[i]]. */
export const mergeTransposes: Rule = (graph, node) => {
  const inner = producerOf(graph, node.inputs[0]);
  if (!isOp(node, 'Transpose') || !isOp(inner, 'Transpose') || inner.clip !== null) return null;
  const innerPerm = permOf(graph, inner);
  const perm = permOf(graph, node).map((axis) => innerPerm[axis]);
  return {
    touches: [node, inner],
    apply: (edit) => edit.update(node, { inputs: [inner.inputs[0] ?? null], attributes: { perm } }),
  };
};

/** Gather of one constant place is a Slice: the memory plan sees it where it lies. */
export const pickToSlice: Rule = (graph, node) => {
  const [data] = node.inputs;
  if (!isOp(node, 'Gather') || data == null || graph.constants.has(data)) return null;
  const output = must(onlyOutput(node), `output of '${node.name}'`);
  const from = typeOf(graph, data);
  const axis = normalizeAxis(intAttribute(node, 'axis', 0), from.shape.length);
  const index = constantOf(graph, node.inputs[1]);
  const place = index?.data.length === 1 ? numbersOf(index)[0]! : Number.NaN;
  const size = from.shape[axis]!;
  if (!(place >= -size && place < size)) return null;
  const start = place < 0 ? place + size : place;
  return {
    touches: [node],
    apply(edit) {
      const part = { axis, start, end: start + 1 };
      const { shape } = typeOf(graph, output);
      if (
        sameShape(
          shape,
          from.shape.map((n, d) => (d === axis ? 1 : n)),
        )
      ) {
        edit.update(node, { op: 'Slice', inputs: partInputs(edit, data, part), attributes: {} });
      } else edit.update(node, reshaped(edit, taken(edit, data, part), shape));
    },
  };
};

function reshape(graph: Graph, node: Node, source: Node['inputs'][number] | undefined): Rewrite {
  const output = must(onlyOutput(node), `output of '${node.name}'`);
  const { shape } = typeOf(graph, output);
  return {
    touches: [node],
    apply(edit) {
      const plain = node.op === 'Reshape' && isPlainReshape(graph, node, shape);
      const target = plain ? node.inputs[1] : edit.constant(`${output}.shape`, tensorOf('i64', [shape.length], shape));
      edit.update(node, {
        op: 'Reshape',
        inputs: [source ?? null, target ?? null],
        attributes: reshapeAttributes(shape),
      });
    },
  };
}

/** Without allowzero a 0 in the shape would mean: copy the input's dimension. */
function reshapeAttributes(shape: Shape): Node['attributes'] {
  return shape.includes(0) ? { allowzero: 1 } : {};
}

const VIEWS = [
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Reshape',
  'Expand',
  'Tile',
  'Transpose',
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
] as const;

/** Whether the node has the same elements on both sides in the same order, and is not yet a plain Reshape. */
function isView(graph: Graph, node: Node): boolean {
  if (!isOp(node, ...VIEWS) || !onlyOutput(node)) return false;
  const from = typeOf(graph, node.inputs[0]).shape;
  const to = typeOf(graph, node.outputs[0]).shape;
  switch (node.op) {
    case 'Reshape':
      return !isPlainReshape(graph, node, to);
    case 'Transpose':
      return !movesElements(from, permOf(graph, node));
    default:
      return elementCount(from) === elementCount(to); // only dimensions of 1 were added or reduced
  }
}

function isPlainReshape(graph: Graph, node: Node, shape: Shape): boolean {
  const target = constantOf(graph, node.inputs[1]);
  const expected = shape.includes(0) ? 1 : undefined;
  return target !== null && numbersOf(target).join() === shape.join() && node.attributes.allowzero === expected;
}

/** False when a transpose only moves dimensions of 1. */
function movesElements(shape: Shape, perm: readonly number[]): boolean {
  const real = perm.filter((axis) => shape[axis] !== 1);
  return real.some((axis, i) => i > 0 && axis < real[i - 1]);
}
