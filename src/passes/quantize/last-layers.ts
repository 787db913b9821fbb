import type { Graph, Node, ValueName } from '../../ir/types.ts';

/** The layers whose results reach no other layer. */
export function lastLayers(graph: Graph, isLayer: (node: Node) => boolean): Node[] {
  const reaching = new Set<ValueName | null>();
  const last: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const layer = isLayer(node);
    const reaches = node.outputs.some((output) => reaching.has(output));
    if (layer && !reaches) last.push(node);
    if (layer || reaches) for (const input of node.inputs) reaching.add(input);
  }
  return last;
}
