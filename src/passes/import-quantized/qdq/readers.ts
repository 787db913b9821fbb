import { isOutput } from '../../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';

const indices = new WeakMap<Graph, ReadonlyMap<ValueName, readonly Node[]>>();

/** The nodes that read a value, one entry per mention. Indexed once per graph. */
export function readersOf(graph: Graph, value: ValueName): readonly Node[] {
  const index = indices.get(graph) ?? indexOf(graph);
  indices.set(graph, index);
  return index.get(value) ?? [];
}

/** The one node that reads a value, once; null when there are more mentions or when it is an output of the model. */
export function soleReader(graph: Graph, value: ValueName): Node | null {
  const readers = readersOf(graph, value);
  return readers.length === 1 && !isOutput(graph, value) ? readers[0] : null;
}

function indexOf(graph: Graph): Map<ValueName, Node[]> {
  const index = new Map<ValueName, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input === null) continue;
      const known = index.get(input);
      if (known) known.push(node);
      else index.set(input, [node]);
    }
  }
  return index;
}
