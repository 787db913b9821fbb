import type { Node, TensorType, ValueName } from '../../ir/types.ts';
import { COUNT, ints, type SizedGraph } from './sized-graph.ts';

export function has(sized: SizedGraph, value: ValueName | null | undefined): boolean {
  return sized.extents(value).size > 0;
}

export function nameOf(node: Node): string {
  return `${node.outputs.find((output) => output !== null) ?? node.name}.count`;
}

/** `value`, an int64 of one element, in bounds, as a count. */
export function checked(node: Node, sized: SizedGraph, value: ValueName, capacity: number, limit?: number): ValueName {
  const attributes = { capacity, ...(limit !== undefined && { limit }) };
  return sized.draft.node({ op: 'CheckedCount', domain: 'nibblec', inputs: [value], attributes }, COUNT, nameOf(node));
}

/** Where the flags (a list) are set: a list of `capacity` int64, and how many of them. */
export function placesOf(
  node: Node,
  sized: SizedGraph,
  flags: ValueName,
  capacity: number,
): { list: ValueName; count: ValueName } {
  const { draft } = sized;
  const ofShape = (shape: readonly number[]): TensorType => ({ dtype: 'i64', shape, quant: null });
  const found = draft.node(
    { op: 'NonZero', inputs: [flags], attributes: { capacity } },
    ofShape([1, capacity]),
    `${node.name}.places`,
  );
  const count = draft.output(nameOf(node), COUNT);
  draft.update({ name: '', outputs: [found] }, { outputs: [found, count] });
  return { list: draft.node({ op: 'Reshape', inputs: [found, ints(draft, [capacity])] }, ofShape([capacity])), count };
}
