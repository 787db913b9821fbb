import { constantOf, isOutput, producerOf, soleConsumer, typeOf } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import type { Rewrite } from './rewrite.ts';

/** The elements of a constant input as numbers; null when it is computed or left out. */
export function constantNumbers(graph: Graph, value: ValueName | null | undefined): number[] | null {
  const tensor = constantOf(graph, value);
  if (!tensor) return null;
  const read = elementReader(tensor);
  return Array.from({ length: tensor.data.length }, (_, i) => read(i));
}

/** The number that all elements of a constant are; null for other constants and for computed values. */
export function uniformConstant(graph: Graph, value: ValueName | null | undefined): number | null {
  const tensor = constantOf(graph, value);
  if (!tensor || tensor.data.length === 0) return null;
  const read = elementReader(tensor);
  const first = read(0);
  for (let i = 1; i < tensor.data.length; i++) if (read(i) !== first) return null;
  return first;
}

/** True when the operator is ONNX's own and one of these. */
export function isOp(node: Node, ...ops: readonly string[]): boolean;
export function isOp(node: Node | null, ...ops: readonly string[]): node is Node;
export function isOp(node: Node | null, ...ops: readonly string[]): boolean {
  return node !== null && node.domain === '' && ops.includes(node.op);
}

/** Whether a value is made here and may be renamed: an output of a node, not yet an output of the graph. */
function mayTakeName(graph: Graph, value: ValueName): boolean {
  return !isOutput(graph, value) && producerOf(graph, value) !== null;
}

/** The node's first output, when it is its only one in use. */
export function onlyOutput(node: Node): ValueName | null {
  const [first, ...rest] = node.outputs;
  return first && rest.every((output) => output === null) ? first : null;
}

/**
 * Readers of the node's only output read `to` instead; null when the types differ, or when the output is the
 * graph's and `to` cannot take its name.
 */
export function bypass(graph: Graph, node: Node, to: ValueName | null | undefined): Rewrite | null {
  const from = onlyOutput(node);
  if (!from || !to) return null;
  const a = typeOf(graph, from);
  const b = typeOf(graph, to);
  if (a.dtype !== b.dtype || !sameShape(a.shape, b.shape)) return null;
  if (isOutput(graph, from) && !mayTakeName(graph, to) && !graph.constants.has(to)) return null;
  const producer = producerOf(graph, to);
  return { touches: producer ? [node, producer] : [node], apply: (edit) => edit.replaceUses(from, to) };
}

/** The node that makes `value` when nobody else reads it and it has no clip of its own; else null. */
export function soleProducer(
  graph: Graph,
  value: ValueName | null | undefined,
  ...ops: readonly string[]
): Node | null {
  const producer = producerOf(graph, value);
  if (!value || !isOp(producer, ...ops) || producer.clip !== null || !soleConsumer(graph, value)) return null;
  return onlyOutput(producer) === value ? producer : null;
}

/** perm of a Transpose; reversed dimensions by default. */
export function permOf(graph: Graph, node: Node): readonly number[] {
  const { perm } = node.attributes;
  if (Array.isArray(perm)) return perm.map(Number);
  return typeOf(graph, node.inputs[0])
    .shape.map((_, i) => i)
    .reverse();
}
