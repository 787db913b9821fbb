import { must } from '../support/errors.ts';
import type { Graph, Node, Tensor, TensorType, ValueName } from './types.ts';

export { editGraph, type GraphDraft, type NodeSpec } from './edit-graph.ts';
export { prune, sortNodes } from './tidy-graph.ts';

export function typeOf(graph: Graph, value: ValueName | null | undefined): TensorType {
  return must(graph.types.get(must(value, 'value name')), `type of '${value}'`);
}

/** The constant an input names, or null when it is computed, absent or left out. */
export function constantOf(graph: Graph, value: ValueName | null | undefined): Tensor | null {
  return (value != null && graph.constants.get(value)) || null;
}

export function producerOf(graph: Graph, value: ValueName | null | undefined): Node | null {
  return (value != null && linksOf(graph).producers.get(value)) || null;
}

/** In the order of the graph. */
export function consumersOf(graph: Graph, value: ValueName): readonly Node[] {
  return linksOf(graph).consumers.get(value) ?? [];
}

/** The value of the file that `value` is, if the file has it. */
export function originOf({ origins }: Graph, value: ValueName): ValueName {
  return origins?.get(value) ?? value;
}

export function isOutput(graph: Graph, value: ValueName): boolean {
  return linksOf(graph).outputs.has(value);
}

/** The one node that reads `value`, or null when several do or when it is a graph output. */
export function soleConsumer(graph: Graph, value: ValueName): Node | null {
  const consumers = consumersOf(graph, value);
  const reads = consumers.flatMap((node) => node.inputs.filter((input) => input === value)).length;
  return reads === 1 && !isOutput(graph, value) ? consumers[0] : null;
}

/** Constants that are tied to computed values: what a series of these begins with, as the first state of a recurrent layer. */
export function firstsOf({ ties = [], constants }: Pick<Graph, 'ties' | 'constants'>): ReadonlySet<ValueName> {
  return new Set(ties.flatMap((values) => values.filter((value) => constants.has(value))));
}

interface Links {
  readonly producers: ReadonlyMap<ValueName, Node>;
  readonly consumers: ReadonlyMap<ValueName, readonly Node[]>;
  readonly outputs: ReadonlySet<ValueName>;
}

/** Graphs do not change, so who makes and who reads a value is looked for once. */
const knownLinks = new WeakMap<Graph, Links>();

function linksOf(graph: Graph): Links {
  const known = knownLinks.get(graph);
  if (known) return known;
  const producers = new Map<ValueName, Node>();
  const consumers = new Map<ValueName, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== null && !producers.has(output)) producers.set(output, node);
    for (const input of new Set(node.inputs)) {
      if (input === null) continue;
      const readers = consumers.get(input);
      if (readers) readers.push(node);
      else consumers.set(input, [node]);
    }
  }
  const links = { producers, consumers, outputs: new Set(graph.outputs) };
  knownLinks.set(graph, links);
  return links;
}
