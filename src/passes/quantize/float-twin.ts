import { consumersOf, producerOf } from '../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';

/** The value of the float graph that a value of the quantized one stands for: an output that kept its type is dequantized. */
export function floatValueOf(graph: Graph, float: Graph, codes: ValueName): ValueName | null {
  const dequantized = consumersOf(graph, codes).flatMap(({ op, outputs }) =>
    op === 'DequantizeLinear' ? [outputs[0]!] : [],
  );
  return [codes, ...dequantized].find((value) => float.types.get(value)?.dtype === 'f32') ?? null;
}

/** The node of the float graph that a quantized one stems from. */
export function floatTwin(graph: Graph, float: Graph, { op, outputs }: Node): Node | null {
  const [output] = outputs;
  const twin = output == null ? null : producerOf(float, floatValueOf(graph, float, output));
  return twin?.op === op ? twin : null;
}
