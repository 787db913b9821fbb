import type { Graph, ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

/**
 * Adds the nodes of another graph, its values under `prefix`; inputs of a name that is there already read that value.
 * Returns the new name of each of its values.
 */
export function embed(build: Builder, graph: Graph, prefix: string): (value: ValueName) => ValueName {
  const { draft } = build;
  const names = new Map<ValueName, ValueName>();
  const nameOf = (value: ValueName) => names.get(value) ?? value;
  for (const input of graph.inputs) {
    if (!draft.graph.types.has(input)) names.set(input, draft.input(prefix + input, graph.types.get(input)!));
  }
  for (const [value, tensor] of graph.constants) names.set(value, draft.constant(prefix + value, tensor));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && nameOf(input));
    const first = node.outputs.find((output) => output !== null)!;
    const made = draft.node({ ...node, name: prefix + node.name, inputs }, graph.types.get(first)!, prefix + first);
    const outputs = node.outputs.map((output) => {
      if (output === null || output === first) return output && made;
      return draft.output(prefix + output, graph.types.get(output)!);
    });
    draft.update({ name: made, outputs: [made] }, { outputs });
    for (const [i, output] of node.outputs.entries()) if (output !== null) names.set(output, outputs[i]!);
  }
  return nameOf;
}
