import { intAttribute } from './attributes.ts';
import { constantOf, typeOf } from './graph.ts';
import { elementCount } from './shape.ts';
import type { Graph, Node, ValueName } from './types.ts';

/** A Gather whose computed places choose rows of a constant table, in real numbers or in codes. */
export interface Embedding {
  readonly node: Node;
  readonly table: ValueName;
  readonly places: ValueName;
  readonly output: ValueName;
  /** What the table has along its first axis, and how many numbers each of these is. */
  readonly rows: number;
  readonly depth: number;
}

/** The node as an embedding; null for other operators, tables that are computed, other axes and rows of one number. */
export function embeddingOf(graph: Graph, node: Node): Embedding | null {
  const [table, places] = node.inputs;
  const [output] = node.outputs;
  if (node.op !== 'Gather' || node.domain !== '' || table == null || places == null || output == null) return null;
  const shape = constantOf(graph, table)?.shape ?? [];
  const axis = intAttribute(node, 'axis', 0);
  if (shape.length < 2 || (axis !== 0 && axis !== -shape.length) || constantOf(graph, places)) return null;
  return { node, table, places, output, rows: shape[0], depth: elementCount(shape.slice(1)) };
}

/** Whether the rows of its table have scales of their own: what it picks is brought to the scale of the result. */
export function scalesRows(graph: Graph, { table }: Pick<Embedding, 'table'>): boolean {
  return typeOf(graph, table).quant?.axis === 0;
}
