import { badModel, showNode } from './bad-model.ts';
import type { RawGraph, RawNode } from './border/raw-model.ts';

/**
 * Topological order that keeps the file's order wherever that is legal. What a node's branches read from
 * outside counts as its input. Throws BAD_MODEL on a cycle. Every value has one maker: flatten() looks before.
 */
export function sortRawNodes(nodes: readonly RawNode[]): RawNode[] {
  const producer = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const output of node.outputs) if (output !== '') producer.set(output, i);
  });
  const reads = nodes.map((node) => [...new Set(allReads(node))].flatMap((name) => producer.get(name) ?? []));
  const sorted: RawNode[] = [];
  const state = new Uint8Array(nodes.length);
  for (let root = 0; root < nodes.length; root++) {
    const stack = [{ node: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next === 0 && state[top.node] === DONE) {
        stack.pop();
        continue;
      }
      state[top.node] = OPEN;
      const source = reads[top.node][top.next++];
      if (source === undefined) {
        state[top.node] = DONE;
        sorted.push(nodes[top.node]);
        stack.pop();
      } else if (state[source] === OPEN) {
        badModel('the graph has a cycle', `through ${showNode(nodes[source])}`);
      } else if (state[source] !== DONE) {
        stack.push({ node: source, next: 0 });
      }
    }
  }
  return sorted;
}

const OPEN = 1;
const DONE = 2;

function allReads(node: RawNode): string[] {
  const captured = [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === 'graph' ? captures(attribute.graph) : [],
  );
  return captured.length > 0 ? [...node.inputs, ...captured] : [...node.inputs];
}

/** Names a branch reads and does not define. */
function captures(graph: RawGraph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const used = new Set([...graph.nodes.flatMap(allReads), ...graph.outputs.map(({ name }) => name)]);
  return [...used].filter((name) => !own.has(name));
}
