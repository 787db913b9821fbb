import { constantOf, producerOf, soleConsumer, typeOf } from '../../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { channelAxis, perChannel } from '../../float/affine.ts';
import { isPlain } from './scales.ts';

/** A layer without bias and the Add of a constant behind it. */
export interface BiasAdd {
  readonly layer: Node;
  readonly add: Node;
  /** Both as one: the layer with the constant as its third input, MatMul too. */
  readonly merged: Node;
}

/** The layer's Add of one constant number per output channel, plain or dequantized, when nobody else reads the layer. */
export function biasAddOf(graph: Graph, layer: Node): BiasAdd | null {
  const output = layer.outputs[0];
  if (!['Conv', 'Gemm', 'MatMul'].some((op) => isPlain(layer, op)) || !output || layer.inputs[2] != null || layer.clip) return null;
  const add = soleConsumer(graph, output);
  if (!add || !isPlain(add, 'Add')) return null;
  const bias = add.inputs[add.inputs[0] === output ? 1 : 0];
  const tensor = bias == null ? null : constantBehind(graph, bias);
  const { shape } = typeOf(graph, output);
  if (!bias || !tensor || typeOf(graph, add.outputs[0]).shape.join() !== shape.join()) return null;
  if (!perChannel(tensor, shape, channelAxis(graph, layer))) return null;
  const inputs = [layer.inputs[0], layer.inputs[1], bias];
  return { layer, add, merged: { ...layer, inputs, outputs: add.outputs, clip: add.clip } };
}

function constantBehind(graph: Graph, value: ValueName) {
  const producer = producerOf(graph, value);
  const dequantized = producer && isPlain(producer, 'DequantizeLinear') ? constantOf(graph, producer.inputs[0]) : null;
  return constantOf(graph, value) ?? dequantized;
}
