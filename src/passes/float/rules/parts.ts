import { intAttribute } from '../../../ir/attributes.ts';
import { producerOf, typeOf } from '../../../ir/graph.ts';
import { normalizeAxis } from '../../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { must } from '../../../support/errors.ts';
import { constantNumbers, isOp, soleProducer } from '../match.ts';
import type { Rule } from '../rewrite.ts';
import { join, type Part, partInputs } from './take-parts.ts';

/** A Slice of a Slice along the same axis is one Slice of what came first. */
export const mergeSlices: Rule = (graph, node) => {
  const outer = partOf(graph, node);
  const inner = producerOf(graph, node.inputs[0]);
  const first = inner && partOf(graph, inner);
  if (!outer || !first || outer.axis !== first.axis) return null;
  const part = { axis: outer.axis, start: first.start + outer.start, end: first.start + outer.end };
  const data = must(inner?.inputs[0], 'data');
  return {
    touches: [node, must(inner, 'a Slice')],
    apply: (edit) => edit.update(node, { inputs: partInputs(edit, data, part), attributes: {} }),
  };
};

/** A Slice of a Concat reads the inputs that it is made of: a part of one, or several as a whole. */
export const sliceOfConcat: Rule = (graph, node) => {
  const part = partOf(graph, node);
  const concat = producerOf(graph, node.inputs[0]);
  if (!part || !isOp(concat, 'Concat') || concat.clip !== null || part.axis !== concatAxis(graph, concat)) return null;
  let end = 0;
  const pieces = concat.inputs.flatMap((input) => {
    const value = must(input, 'an input');
    const [start, size] = [end, typeOf(graph, value).shape[part.axis]];
    end += size;
    const [from, to] = [Math.max(part.start, start), Math.min(part.end, end)];
    return from < to ? [{ value, start: from - start, end: to - start, isWhole: to - from === size }] : [];
  });
  if (pieces.length === 0 || (pieces.length > 1 && !pieces.every(({ isWhole }) => isWhole))) return null;
  return {
    touches: [node, concat],
    apply(edit) {
      const [{ value, start, end }, ...others] = pieces;
      if (others.length > 0)
        edit.update(
          node,
          join(
            pieces.map((piece) => piece.value),
            part.axis,
          ),
        );
      else edit.update(node, { inputs: partInputs(edit, value, { ...part, start, end }), attributes: {} });
    },
  };
};

/** A Concat whose only reader is a Concat along the same axis is part of that. */
export const mergeConcats: Rule = (graph, node) => {
  if (!isOp(node, 'Concat')) return null;
  const axis = concatAxis(graph, node);
  const inner = node.inputs
    .map((input) => soleProducer(graph, input, 'Concat'))
    .find((producer) => producer && concatAxis(graph, producer) === axis);
  if (!inner) return null;
  const inputs = node.inputs.flatMap((input) => (input === inner.outputs[0] ? inner.inputs : [input]));
  return { touches: [node, inner], apply: (edit) => edit.update(node, { inputs }) };
};

function concatAxis(graph: Graph, node: Node): number {
  return normalizeAxis(intAttribute(node, 'axis', 0), typeOf(graph, node.outputs[0]).shape.length);
}

/** What a Slice takes along its only axis, one after the other; null for others. */
function partOf(graph: Graph, node: Node): Part | null {
  if (!isOp(node, 'Slice') || node.clip !== null) return null;
  const [data, ...rest] = node.inputs as (ValueName | null | undefined)[];
  const [starts, ends, axes, steps] = rest.map((input) => (input == null ? undefined : constantNumbers(graph, input)));
  const given = [starts, ends, axes ?? [0], steps ?? [1]];
  if (given.some((numbers) => numbers?.length !== 1) || (steps ?? [1])[0] !== 1 || axes === null) return null;
  const { shape } = typeOf(graph, data);
  const axis = normalizeAxis((axes ?? [0])[0], shape.length);
  const bound = (at: number) => Math.min(Math.max(at < 0 ? at + shape[axis] : at, 0), shape[axis]);
  const [start, end] = [must(starts, 'starts')[0], must(ends, 'ends')[0]].map(bound);
  return start < end ? { axis, start, end } : null;
}
