import { constantOf } from '../ir/graph.ts';
import { printNode, printType } from '../ir/text.ts';
import type { Graph, Node } from '../ir/types.ts';

/** Something a pass may rely on or leave behind. */
export interface FactDefinition {
  readonly summary: string;
  /** The first offender in words, or null when the fact holds. */
  check(graph: Graph): string | null;
}

/** Every fact by name. Sorted. */
export const FACTS = {
  'explicit-pads': {
    summary: 'convolutions and pools state their pads; auto_pad and output_shape are gone',
    check: noNode(
      (node) => 'auto_pad' in node.attributes || (node.op === 'ConvTranspose' && 'output_shape' in node.attributes),
    ),
  },
  'float-only': {
    summary: 'no value holds codes',
    check(graph) {
      const coded = [...graph.types].find(([, type]) => type.quant !== null);
      return coded ? `${coded[0]}: ${printType(coded[1])}` : null;
    },
  },
  'no-batchnorm': {
    summary: 'no BatchNormalization with constant parameters',
    check: noNode((node, graph) => {
      const constant = node.inputs.slice(1, 5).every((input) => constantOf(graph, input) !== null);
      return node.op === 'BatchNormalization' && constant && node.attributes.training_mode !== 1;
    }),
  },
  'ranges-known': {
    summary: 'calibration has seen every float activation',
    check(graph) {
      const computed = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== null));
      const unknown = computed.find((value) => graph.types.get(value)?.dtype === 'f32' && !graph.ranges?.has(value));
      return unknown === undefined ? null : `no range of '${unknown}'`;
    },
  },
  'views-are-reshapes': {
    summary: 'Flatten, Squeeze and Unsqueeze are Reshapes to a constant shape',
    check: noNode(
      (node, graph) =>
        ['Flatten', 'Squeeze', 'Unsqueeze'].includes(node.op) ||
        (node.op === 'Reshape' && constantOf(graph, node.inputs[1]) === null),
    ),
  },
} as const satisfies Readonly<Record<string, FactDefinition>>;

export type Fact = keyof typeof FACTS;

function noNode(offends: (node: Node, graph: Graph) => boolean): FactDefinition['check'] {
  return (graph) => {
    const offender = graph.nodes.find((node) => node.domain === '' && offends(node, graph));
    return offender ? printNode(graph, offender) : null;
  };
}
