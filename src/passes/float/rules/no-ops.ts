import { typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Graph, Node } from '../../../ir/types.ts';
import { bypass, constantNumbers, isOp, onlyOutput, permOf, uniformConstant } from '../match.ts';
import type { Rule } from '../rewrite.ts';

/** Nodes that give their input back. */
export const removeNoOp: Rule = (graph, node) => {
  if (node.domain !== '' || node.clip !== null || !onlyOutput(node)) return null;
  const source = passedThrough(graph, node);
  return source === null ? null : bypass(graph, node, node.inputs[source]);
};

/** The index of the input that the node gives back (types are compared later), or null. */
function passedThrough(graph: Graph, node: Node): number | null {
  const first = (unchanged: boolean) => (unchanged ? 0 : null);
  switch (node.op) {
    case 'Identity':
    case 'Cast':
    case 'CastLike':
    case 'Reshape':
    case 'Expand':
    case 'Tile':
    case 'Split':
      return 0; // the same element type and shape on both sides: the same elements in the same order
    case 'Dropout':
      return first(node.inputs[2] == null || node.inputs.slice(1).some((input) => uniformConstant(graph, input) === 0));
    case 'Sum':
    case 'Max':
    case 'Min':
    case 'Mean':
    case 'Concat':
      return first(node.inputs.length === 1);
    case 'Transpose':
      return first(permOf(graph, node).every((axis, i) => axis === i));
    case 'Pad':
      return first(constantNumbers(graph, node.inputs[1])?.every((pad) => pad === 0) ?? false);
    case 'Slice':
      return first(
        node.inputs[4] == null || (constantNumbers(graph, node.inputs[4])?.every((step) => step > 0) ?? false),
      );
    case 'Clip':
      return first(node.inputs[1] == null && node.inputs[2] == null);
    case 'Mul':
      return neutral(graph, node, 1, 1) ?? neutral(graph, node, 0, 1);
    case 'Add':
      return neutral(graph, node, 1, 0) ?? neutral(graph, node, 0, 0);
    case 'Div':
    case 'Pow':
      return neutral(graph, node, 1, 1);
    case 'Sub':
      return neutral(graph, node, 1, 0);
    default:
      return null;
  }
}

/** The other input of a binary operator when input `index` is all `value`. */
function neutral(graph: Graph, node: Node, index: 0 | 1, value: number): number | null {
  return uniformConstant(graph, node.inputs[index]) === value ? 1 - index : null;
}

/** Concat without its empty inputs. */
export const dropEmptyInputs: Rule = (graph, node) => {
  if (!isOp(node, 'Concat')) return null;
  const inputs = node.inputs.filter((input) => elementCount(typeOf(graph, input).shape) > 0);
  if (inputs.length === node.inputs.length || inputs.length === 0) return null;
  return { touches: [node], apply: (edit) => edit.update(node, { inputs }) };
};

/** A bias of zeros is no bias. */
export const dropZeroBias: Rule = (graph, node) => {
  if (!isOp(node, 'Conv', 'ConvTranspose', 'Gemm') || uniformConstant(graph, node.inputs[2]) !== 0) return null;
  const inputs = [node.inputs[0] ?? null, node.inputs[1] ?? null, null];
  return { touches: [node], apply: (edit) => edit.update(node, { inputs }) };
};
