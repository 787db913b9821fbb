import { invariant } from '../support/errors.ts';
import type { Graph, Node, ValueName } from './types.ts';

/** Topological order that keeps the given order wherever it is legal (depth first from each node in turn). */
export function sortNodes(nodes: readonly Node[]): Node[] {
  const producer = new Map<ValueName, Node>();
  for (const node of nodes) for (const output of node.outputs) if (output) producer.set(output, node);
  const sorted: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    const stack: Node[] = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (state.get(node) === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const pending = node.inputs
        .map((input) => (input ? producer.get(input) : undefined))
        .filter((source): source is Node => source !== undefined && state.get(source) !== 'done');
      if (pending.length === 0) {
        state.set(node, 'done');
        sorted.push(node);
        stack.pop();
        continue;
      }
      invariant(
        pending.every((source) => state.get(source) !== 'open'),
        `the graph has a cycle through '${node.name}'`,
      );
      stack.push(...pending.reverse());
    }
  }
  return sorted;
}

/** Without nodes, constants and types that no output needs. Graph inputs stay. */
export function prune(graph: Graph): Graph {
  const needed = new Set<ValueName>(graph.outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => output && needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input) needed.add(input);
  }
  nodes.reverse();
  const kept = new Set<ValueName>([...needed, ...graph.inputs]);
  for (const node of nodes) for (const output of node.outputs) if (output) kept.add(output);
  const keep = <T>(map: ReadonlyMap<ValueName, T>) => new Map([...map].filter(([name]) => kept.has(name)));
  const ranges = graph.ranges && { ranges: keep(graph.ranges) };
  const ties = graph.ties
    ?.map((values) => values.filter((value) => kept.has(value)))
    .filter(([value, ...others]) => others.length > 0 || (value !== undefined && graph.constants.has(value)));
  const { ties: _, ...rest } = graph;
  return {
    ...rest,
    nodes,
    types: keep(graph.types),
    constants: keep(graph.constants),
    ...ranges,
    ...(ties && ties.length > 0 && { ties }),
  };
}
