import { editGraph, producerOf } from '../../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { soleReader } from './readers.ts';
import { isPlain } from './scales.ts';

/**
 * Sums of sums of dequantized values that nobody quantizes in between are one Sum of all: codes are added with one rounding. The
 * order of the additions stays, so that in float nothing changes either.
 */
export function joinSums(graph: Graph): Graph {
  if (graph.annotations) return graph;
  const edit = editGraph(graph);
  for (const node of graph.nodes) {
    const terms = isAddition(node) && !isInner(graph, node) ? termsOf(graph, node) : [];
    if (terms.length > 2 && terms.every((value) => isDequantized(graph, value)))
      edit.update(node, { op: 'Sum', inputs: terms });
  }
  return edit.finish();
}

function isAddition(node: Node): boolean {
  return isPlain(node, 'Add');
}

/** Its one reader adds on. */
function isInner(graph: Graph, node: Node): boolean {
  const output = node.outputs[0];
  const reader = output == null || node.clip ? null : soleReader(graph, output);
  return reader !== null && isAddition(reader);
}

/** What an addition adds, those inside it first: a + b = b + a, also in float. */
function termsOf(graph: Graph, { inputs }: Node): ValueName[] {
  const parts = inputs.map((input) => {
    const inner = producerOf(graph, input);
    return inner && isAddition(inner) && isInner(graph, inner) ? termsOf(graph, inner) : [input as ValueName];
  });
  const [first, second] = parts as [ValueName[], ValueName[]];
  return second.length > 1 ? (first.length > 1 ? [] : [...second, ...first]) : [...first, ...second];
}

function isDequantized(graph: Graph, value: ValueName): boolean {
  const producer = producerOf(graph, value);
  return producer !== null && isPlain(producer, 'DequantizeLinear');
}
