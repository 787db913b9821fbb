import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Range, ValueName } from '../../ir/types.ts';

/** What a fused Relu, or a Clip from 0, lets through of the value that a node makes; null: there is none. */
export function rectifierOf(graph: Graph, value: ValueName): Range | null {
  const maker = graph.nodes.find(({ outputs }) => outputs[0] === value);
  return maker?.clip?.[0] === 0 ? { min: 0, max: maker.clip[1] } : null;
}

/**
 * The graph with the fused Relu of these values as a node of its own, and the names of what it takes by the names of what
 * it gives.
 */
export function beforeRelu(
  graph: Graph,
  values: readonly ValueName[],
): { graph: Graph; names: Map<ValueName, ValueName> } {
  const names = new Map<ValueName, ValueName>();
  const types = new Map(graph.types);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const output = values.find((value) => value === node.outputs[0]);
    if (output === undefined) return [node];
    let before = `${output}.before`;
    while (types.has(before)) before += "'";
    names.set(output, before);
    types.set(before, typeOf(graph, output));
    const relu = { op: 'Identity', domain: '', name: before, inputs: [before], outputs: [output], attributes: {} };
    return [
      { ...node, outputs: [before], clip: null },
      { ...relu, clip: node.clip },
    ];
  });
  return { graph: { ...graph, nodes, types }, names };
}
