import { constantOf, typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node, Tensor } from '../../ir/types.ts';
import { intAttribute } from '../../ops/support/attributes.ts';

/** A layer as its channels see it: weight i takes input channel inputOf(i) to output channel outputOf(i). */
export interface LinearLayer {
  readonly node: Node;
  readonly weights: Float32Array;
  /** One per output channel, when the layer has one. */
  readonly bias: Float32Array | null;
  readonly inputs: number;
  readonly outputs: number;
  /** Dimension of the first input that its channels run along, and of the output. */
  readonly inputAxis: number;
  readonly outputAxis: number;
  inputOf(i: number): number;
  outputOf(i: number): number;
}

/** Conv (grouped too), Gemm and MatMul with constant float32 parameters; null for all else. */
export function linearLayer(graph: Graph, node: Node): LinearLayer | null {
  const weights = constantOf(graph, node.inputs[1]);
  const bias = constantOf(graph, node.inputs[2]);
  if (node.domain !== '' || weights?.dtype !== 'f32' || (node.inputs[2] != null && bias?.dtype !== 'f32')) return null;
  const layer = channelsOf(graph, node, weights);
  if (!layer || (bias !== null && bias.data.length !== layer.outputs)) return null;
  return {
    node,
    weights: weights.data as Float32Array,
    bias: (bias?.data as Float32Array | undefined) ?? null,
    ...layer,
  };
}

type Channels = Omit<LinearLayer, 'node' | 'weights' | 'bias'>;

function channelsOf(graph: Graph, node: Node, { shape }: Tensor): Channels | null {
  if (node.op === 'Conv') return convChannels(node, shape);
  const matrix = shape.length === 2;
  if (node.op === 'MatMul' && matrix) return denseChannels(graph, node, shape[0], shape[1], false);
  if (node.op !== 'Gemm' || !matrix || intAttribute(node, 'transA', 0) !== 0) return null;
  const transposed = intAttribute(node, 'transB', 0) === 1;
  const [inputs, outputs] = transposed ? [shape[1], shape[0]] : [shape[0], shape[1]];
  return denseChannels(graph, node, inputs, outputs, transposed);
}

/** Weights [M, C / group, ...kernel]. */
function convChannels(node: Node, shape: readonly number[]): Channels {
  const [outputs, perGroup, ...kernel] = shape as [number, number, ...number[]];
  const taps = elementCount(kernel);
  const group = intAttribute(node, 'group', 1);
  const outputOf = (i: number) => Math.floor(i / (perGroup * taps));
  return {
    inputs: perGroup * group,
    outputs,
    inputAxis: 1,
    outputAxis: 1,
    outputOf,
    inputOf: (i) => Math.floor((outputOf(i) * group) / outputs) * perGroup + (Math.floor(i / taps) % perGroup),
  };
}

/** Weights [K, N], or [N, K] when transposed; channels run along the last dimensions. */
function denseChannels(graph: Graph, node: Node, inputs: number, outputs: number, transposed: boolean): Channels {
  const inner = transposed ? inputs : outputs;
  const [outer, last] = [(i: number) => Math.floor(i / inner), (i: number) => i % inner];
  return {
    inputs,
    outputs,
    inputAxis: typeOf(graph, node.inputs[0]).shape.length - 1,
    outputAxis: typeOf(graph, node.outputs[0]).shape.length - 1,
    outputOf: transposed ? outer : last,
    inputOf: transposed ? last : outer,
  };
}
