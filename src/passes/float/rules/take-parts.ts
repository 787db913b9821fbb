import type { GraphDraft } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Node, Shape, ValueName } from '../../../ir/types.ts';

/** Elements start .. end - 1 along an axis. */
export interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Inputs of the Slice that takes a part of a value. */
export function partInputs(edit: GraphDraft, value: ValueName, { axis, start, end }: Part): ValueName[] {
  const list = (hint: string, number: number) => edit.constant(`${value}.${hint}`, tensorOf('i64', [1], [number]));
  return [value, list('start', start), list('end', end), list('axis', axis)];
}

/** A new Slice. */
export function taken(edit: GraphDraft, value: ValueName, part: Part): ValueName {
  const { dtype, shape, quant } = edit.type(value);
  const own = shape.map((size, d) => (d === part.axis ? part.end - part.start : size));
  return edit.node(
    { op: 'Slice', inputs: partInputs(edit, value, part) },
    { dtype, shape: own, quant },
    `${value}.part`,
  );
}

/** What makes a node a Concat. */
export function join(values: readonly ValueName[], axis: number): Partial<Node> {
  return { op: 'Concat', inputs: values, attributes: { axis } };
}

/** What makes a node a Reshape. */
export function reshaped(edit: GraphDraft, value: ValueName, shape: Shape): Pick<Node, 'op' | 'inputs' | 'attributes'> {
  const target = edit.constant(`${value}.shape`, tensorOf('i64', [shape.length], shape));
  return { op: 'Reshape', inputs: [value, target], attributes: shape.includes(0) ? { allowzero: 1 } : {} };
}
