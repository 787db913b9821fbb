import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { isLinear } from '../../../ir/linear.ts';
import type { Graph, Node, Shape, ValueName } from '../../../ir/types.ts';
import { channelAxis } from '../../float/affine.ts';
import { dataInputs } from './data-inputs.ts';
import { soleReader } from './readers.ts';
import { isPlain } from './scales.ts';

/** A layer without bias and the Add of a constant behind it. */
export interface BiasAdd {
  readonly layer: Node;
  readonly add: Node;
  /** Both as one: the layer with the constant as its third input, MatMul too. */
  readonly merged: Node;
}

/** The layer's Add of one constant per output channel, plain or dequantized, when nobody else reads the layer. */
export function biasAddOf(graph: Graph, layer: Node): BiasAdd | null {
  const output = layer.outputs[0];
  if (!isLinear(layer) || !output || layer.inputs[2] != null || layer.clip) return null;
  const add = soleReader(graph, output);
  if (!add || !isPlain(add, 'Add')) return null;
  const bias = add.inputs[add.inputs[0] === output ? 1 : 0];
  const { shape } = typeOf(graph, output);
  if (!bias || !isConstant(graph, bias) || typeOf(graph, add.outputs[0]).shape.join() !== shape.join()) return null;
  if (!isPerChannel(typeOf(graph, bias).shape, shape, channelAxis(graph, layer))) return null;
  const inputs = [layer.inputs[0], layer.inputs[1], bias];
  return { layer, add, merged: { ...layer, inputs, outputs: add.outputs, clip: add.clip } };
}

/** Known now: a constant, dequantized or moved ones included. */
function isConstant(graph: Graph, value: ValueName): boolean {
  for (let source: ValueName | null | undefined = value; source != null; ) {
    if (constantOf(graph, source)) return true;
    const producer = producerOf(graph, source);
    const passes = producer && (isPlain(producer, 'DequantizeLinear') || dataInputs(producer)?.join() === '0');
    source = passes ? producer.inputs[0] : null;
  }
  return false;
}

/** Broadcast to `shape`, it varies along `axis` at most. */
function isPerChannel(bias: Shape, shape: Shape, axis: number): boolean {
  const lead = shape.length - bias.length;
  return lead >= 0 && bias.every((size, i) => size === 1 || i + lead === axis);
}
