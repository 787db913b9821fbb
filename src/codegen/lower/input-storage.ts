import { typeOf } from '../../ir/graph.ts';
import type { Storage } from '../../ir/program.ts';
import { channelsLast, rowMajor } from '../../ir/storage.ts';
import type { Graph, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';

/**
 * How each model input lies in memory. With native layouts an image goes channels-last when it reaches a
 * spatial operator (Conv, pooling, ...) through nothing but operators that keep its rank.
 */
export function inputStorages(graph: Graph, native: boolean): Map<ValueName, Storage> {
  const reached = native ? firstSpatial(graph) : new Map<ValueName, Reached>();
  return new Map(
    graph.inputs.map((input) => {
      const { shape } = typeOf(graph, input);
      return [input, reached.get(input)?.asImage ? channelsLast(shape) : rowMajor(shape)];
    }),
  );
}

/** The first spatial node that a value reaches, and whether as its first operand. */
interface Reached {
  readonly index: number;
  readonly asImage: boolean;
}

/** From the last node to the first: what a node reaches, its inputs reach. */
function firstSpatial(graph: Graph): Map<ValueName, Reached> {
  const reached = new Map<ValueName, Reached>();
  const learn = (value: ValueName, { index, asImage }: Reached) => {
    const known = reached.get(value);
    if (known && known.index < index) return;
    reached.set(value, { index, asImage: asImage || (known?.index === index && known.asImage) });
  };
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index];
    if (findOp(node.domain, node.op)?.spatial) {
      for (const [i, input] of node.inputs.entries()) if (input) learn(input, { index, asImage: i === 0 });
    } else if (node.op !== 'Transpose' && node.op !== 'Reshape') {
      for (const output of node.outputs) {
        const further = output === null ? undefined : reached.get(output);
        if (output === null || !further) continue;
        const rank = typeOf(graph, output).shape.length;
        for (const input of node.inputs) if (input && typeOf(graph, input).shape.length === rank) learn(input, further);
      }
    }
  }
  return reached;
}
