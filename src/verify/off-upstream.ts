import { intAttribute } from '../ir/attributes.ts';
import { producerOf, typeOf } from '../ir/graph.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import type { Comparison } from './compare.ts';

/** Layers on which onnxruntime was off, in the order of the C. */
export function offLayers<T extends Pick<Comparison, 'off'>>(layers: readonly T[]): T[] {
  return layers.filter(({ off }) => off !== null);
}

/** Those that `output`, a value of the graph, is computed from, with those on which it is off in the file alone. */
export function offUpstream<T extends Pick<Comparison, 'off' | 'value'>>(
  graph: Graph,
  layers: readonly T[],
  output: ValueName,
): T[] {
  const needed = upstreamOf(graph, output);
  return layers.filter(({ off, value }) => needed.has(value) && (off !== null || wraps(graph, value)));
}

/** The value itself, and all that it is computed from. */
export function upstreamOf(graph: Graph, value: ValueName): ReadonlySet<ValueName | null> {
  const needed = new Set<ValueName | null>([value]);
  for (const node of [...graph.nodes].reverse()) {
    if (node.outputs.some((output) => output !== null && needed.has(output)))
      for (const input of node.inputs) needed.add(input);
  }
  return needed;
}

/** The QLinearSoftmax of onnxruntime 1.30 gives code 0, not the largest, for the ones that an axis of length 1 makes. */
function wraps(graph: Graph, value: ValueName): boolean {
  const node = producerOf(graph, value);
  const { shape, quant } = typeOf(graph, value);
  return node?.op === 'Softmax' && quant !== null && shape.at(intAttribute(node, 'axis', -1)) === 1;
}
