import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { normalizeAxis, sameShape } from '../../../ir/shape.ts';
import type { Graph, ValueName } from '../../../ir/types.ts';
import { constantNumbers, isOp, onlyOutput } from '../match.ts';
import type { Rule } from '../rewrite.ts';

/** Lengths below are no lengths: the quotient is that of zeros. */
const LARGEST_BOUND = 1e-6;

/** x over its length, which is kept above a tiny number, as PyTorch's normalize is exported: LpNormalization. */
export const unitLength: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x, divisor] = node.inputs;
  if (!isOp(node, 'Div') || !output || !x || !sameShape(typeOf(graph, x).shape, typeOf(graph, output).shape))
    return null;
  const expand = producerOf(graph, divisor);
  const bounded = isOp(expand, 'Expand') ? expand.inputs[0] : divisor;
  const norm = producerOf(graph, lengthAbove(graph, bounded));
  if (!isOp(norm, 'ReduceL2') || norm.inputs[0] !== x || norm.clip !== null || norm.attributes.keepdims === 0)
    return null;
  const { shape } = typeOf(graph, x);
  const axes = constantNumbers(graph, norm.inputs[1]);
  if (axes?.length !== 1) return null;
  const attributes = { axis: normalizeAxis(axes[0], shape.length), p: 2 };
  return {
    touches: [node],
    apply: (edit) => edit.update(node, { op: 'LpNormalization', inputs: [x], attributes }),
  };
};

/** The value that a Clip, a Max or a clamp of the node itself keeps above a tiny number. */
function lengthAbove(graph: Graph, value: ValueName | null | undefined): ValueName | null {
  const node = producerOf(graph, value);
  if (!isOp(node, 'Clip', 'Max') || node.clip !== null) return null;
  const constants = node.inputs.slice(node.op === 'Clip' ? 1 : 0).filter((input) => constantOf(graph, input));
  const [bound, ...rest] = constants.map((input) => Math.max(...(constantNumbers(graph, input) ?? [])));
  const [length, ...others] = node.inputs.filter((input) => input && !constantOf(graph, input));
  const small = bound !== undefined && bound > 0 && bound <= LARGEST_BOUND;
  return length && small && others.length === 0 && rest.length === 0 ? length : null;
}
