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
  return new Map(
    graph.inputs.map((input) => {
      const { shape } = typeOf(graph, input);
      return [input, native && reachesSpatial(graph, input) ? channelsLast(shape) : rowMajor(shape)];
    }),
  );
}

function reachesSpatial(graph: Graph, input: ValueName): boolean {
  const { shape } = typeOf(graph, input);
  const reached = new Set<ValueName>([input]);
  for (const node of graph.nodes) {
    const source = node.inputs.find((value) => value !== null && reached.has(value));
    if (source === undefined) continue;
    if (findOp(node.domain, node.op)?.spatial) return node.inputs[0] === source;
    if (node.op === 'Transpose' || node.op === 'Reshape') continue;
    for (const output of node.outputs) {
      if (output && typeOf(graph, output).shape.length === shape.length) reached.add(output);
    }
  }
  return false;
}
