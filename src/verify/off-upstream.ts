import type { Graph, ValueName } from '../ir/types.ts';
import type { Comparison } from './compare.ts';

/** Layers on which onnxruntime was off, in the order of the C. */
export function offLayers<T extends Pick<Comparison, 'off'>>(layers: readonly T[]): T[] {
  return layers.filter(({ off }) => off !== null);
}

/** Those of them that `output`, a value of the graph, is computed from. */
export function offUpstream<T extends Pick<Comparison, 'off' | 'value'>>(
  graph: Graph,
  layers: readonly T[],
  output: ValueName,
): T[] {
  const needed = new Set<ValueName | null>([output]);
  for (const node of [...graph.nodes].reverse()) {
    if (node.outputs.some((value) => value !== null && needed.has(value)))
      for (const input of node.inputs) needed.add(input);
  }
  return offLayers(layers).filter(({ value }) => needed.has(value));
}
