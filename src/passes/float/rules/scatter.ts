import { stringAttribute } from '../../../ir/attributes.ts';
import type { GraphDraft } from '../../../ir/graph.ts';
import { typeOf } from '../../../ir/graph.ts';
import { elementCount, rowMajorStrides } from '../../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { constantNumbers, isOp, onlyOutput } from '../match.ts';
import type { Rule } from '../rewrite.ts';
import { join, type Part, reshaped, taken } from './take-parts.ts';

/**
 * ScatterND into a box of its data, as `cache[:, 2:4] = x` is exported: the updates between slices of the data. No table of
 * places, and codes where a tensor of them can be written into has no integer form.
 */
export const scatterToConcat: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [data, indices, updates] = node.inputs;
  if (!isOp(node, 'ScatterND') || stringAttribute(node, 'reduction', 'none') !== 'none') return null;
  const box = output && data != null && updates != null ? boxOf(graph, node) : null;
  if (box === null || data == null || indices == null || updates == null) return null;
  return {
    touches: [node],
    apply(edit) {
      const { dtype, shape } = edit.type(data);
      const size = shape.map((all, d) => (box[d] ? box[d].end - box[d].start : all));
      const cut = box.filter(({ axis, start, end }) => end - start < shape[axis]);
      const view = reshaped(edit, updates, size);
      if (cut.length === 0) return edit.update(node, view);
      const middle = edit.node(view, { dtype, shape: size, quant: null }, `${must(output, 'output')}.updates`);
      edit.update(node, join(around(edit, data, middle, cut), cut[0].axis));
    },
  };
};

/** Along the first cut axis: what lies before the box, the box and what lies beside it, what lies behind it. */
function around(edit: GraphDraft, data: ValueName, middle: ValueName, cut: readonly Part[]): ValueName[] {
  const [part, ...others] = cut;
  const { axis, start, end } = part;
  const type = edit.type(data);
  const size = type.shape[axis];
  const piece = (from: number, to: number) => (from < to ? [taken(edit, data, { axis, start: from, end: to })] : []);
  const inner = (): ValueName => {
    if (others.length === 0) return middle;
    const [within] = piece(start, end);
    const inputs = around(edit, within, middle, others);
    return edit.node({ op: 'Concat', inputs, attributes: { axis: others[0].axis } }, edit.type(within), `${data}.part`);
  };
  return [...piece(0, start), inner(), ...piece(end, size)];
}

/** The elements that constant places are, along the axes that they address; null where they are no box in its own order. */
function boxOf(graph: Graph, node: Node): Part[] | null {
  const { shape } = typeOf(graph, node.inputs[0]);
  const rank = must(typeOf(graph, node.inputs[1]).shape.at(-1), 'a dimension');
  const places = constantNumbers(graph, node.inputs[1]);
  if (!places || places.length === 0 || elementCount(typeOf(graph, node.inputs[2]).shape) === 0) return null;
  const at = places.map((place, i) => (place < 0 ? place + shape[i % rank] : place));
  const box = Array.from({ length: rank }, (_, axis) => ({
    axis,
    start: at[axis],
    end: at[at.length - rank + axis] + 1,
  }));
  if (box.some(({ axis, start, end }) => start < 0 || start >= end || end > shape[axis])) return null;
  const sizes = box.map(({ start, end }) => end - start);
  if (elementCount(sizes) * rank !== at.length) return null;
  const strides = rowMajorStrides(sizes);
  const isNext = (place: number, i: number) => {
    const [element, axis] = [Math.floor(i / rank), i % rank];
    return place - box[axis].start === Math.floor(element / strides[axis]) % sizes[axis];
  };
  return at.every(isNext) ? box : null;
}
