import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { GraphDraft } from '../../ir/graph.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Shape, Tensor, ValueName } from '../../ir/types.ts';
import { elementReader } from '../../numerics/convert.ts';
import { isOp } from './match.ts';

/** y = scale[c] x + shift[c], c the channel. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Layers whose constant weights can take a scale per output channel; all but MatMul have a bias for the shift. */
export const LINEAR_OPS = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'] as const;

/** The dimension of a linear layer's output that its output channels run along. */
export function channelAxis(graph: Graph, layer: Node): number {
  return isOp(layer, 'Gemm', 'MatMul') ? typeOf(graph, layer.outputs[0]).shape.length - 1 : 1;
}

/**
 * A constant that is broadcast to `shape` and varies at most along `axis`, as one value per index of that axis;
 * null for all others.
 */
export function perChannel(tensor: Tensor, shape: Shape, axis: number): Float64Array | null {
  const lead = shape.length - tensor.shape.length;
  if (lead < 0 || tensor.shape.some((dimension, i) => dimension !== 1 && i + lead !== axis)) return null;
  const read = elementReader(tensor);
  return Float64Array.from({ length: shape[axis] ?? 1 }, (_, c) => read(tensor.data.length === 1 ? 0 : c));
}

/** False when a variance or a divisor was zero. */
export function allFinite({ scale, shift }: Affine): boolean {
  return scale.every(Number.isFinite) && shift.every(Number.isFinite);
}

export interface Parameters {
  readonly weights: Tensor;
  readonly bias: Tensor | null;
}

/**
 * Weights and bias of the layer that computes scale (layer) + shift; null when its parameters are not constant
 * float32, its bias varies over rows, or there is a shift and the layer has no place for it.
 *   W'[c] = alpha scale[c] W[c]        b'[c] = beta scale[c] b[c] + shift[c]
 */
export function scaleOutputs(graph: Graph, layer: Node, { scale, shift }: Affine): Parameters | null {
  const weights = constantOf(graph, layer.inputs[1]);
  const channels = scale.length;
  if (weights?.dtype !== 'f32' || !allFinite({ scale, shift })) return null;
  const shifted = shift.some((t) => t !== 0);
  if (layer.op === 'MatMul' && (shifted || weights.shape.length < 2)) return null;
  const bias = biasOf(graph, layer, channels);
  if (!bias) return null;
  const alpha = floatAttribute(layer, 'alpha', 1);
  const hasBias = layer.inputs[2] != null || shifted;
  return {
    weights: scaled(
      weights,
      outputChannel(layer, weights.shape, channels),
      scale.map((s) => alpha * s),
    ),
    bias: hasBias
      ? tensorOf(
          'f32',
          [channels],
          bias.map((b, c) => scale[c] * b + shift[c]),
        )
      : null,
  };
}

/** The layer's bias (times beta) per output channel, zeros when there is none; null when it cannot be said so. */
export function biasOf(graph: Graph, layer: Node, channels: number): Float64Array | null {
  if (layer.op === 'MatMul' || layer.inputs[2] == null) return new Float64Array(channels);
  const tensor = constantOf(graph, layer.inputs[2]);
  if (tensor?.dtype !== 'f32') return null;
  const beta = floatAttribute(layer, 'beta', 1);
  return perChannel(tensor, [1, channels], 1)?.map((b) => beta * b) ?? null;
}

/** Gives the layer new parameters; alpha and beta are in them. */
export function setParameters(edit: GraphDraft, layer: Node, { weights, bias }: Parameters): void {
  const { alpha: _alpha, beta: _beta, ...attributes } = layer.attributes;
  const named = (suffix: string, index: number, tensor: Tensor): ValueName | null => {
    const old = layer.inputs[index];
    return constantOf(edit.graph, old) === tensor && old
      ? old
      : edit.constant(old ?? `${layer.outputs[0]}.${suffix}`, tensor);
  };
  const inputs = [layer.inputs[0] ?? null, named('weights', 1, weights)];
  if (layer.op !== 'MatMul') inputs.push(bias ? named('bias', 2, bias) : null);
  edit.update(layer, { inputs, attributes });
}

/** The tensor with each element multiplied by its channel's factor; the tensor itself when all factors are 1. */
export function scaled(tensor: Tensor, channelOf: (i: number) => number, factor: Float64Array): Tensor {
  if (factor.every((f) => f === 1)) return tensor;
  const read = elementReader(tensor);
  const data = Float32Array.from({ length: tensor.data.length }, (_, i) => read(i) * factor[channelOf(i)]);
  return { ...tensor, data };
}

/** Element index of the weights -> output channel. */
function outputChannel(layer: Node, shape: Shape, channels: number): (i: number) => number {
  const count = elementCount(shape);
  switch (layer.op) {
    case 'Conv': // [M, C/group, ...]
      return (i) => Math.floor(i / (count / channels));
    case 'ConvTranspose': {
      // [C, M/group, ...]: input channel c belongs to group c / (C/group)
      const kernel = elementCount(shape.slice(2));
      const perGroup = shape[1];
      const inputsPerGroup = shape[0] / intAttribute(layer, 'group', 1);
      return (i) => {
        const group = Math.floor(i / (kernel * perGroup * inputsPerGroup));
        return group * perGroup + (Math.floor(i / kernel) % perGroup);
      };
    }
    case 'Gemm': // [N, K] when transposed, else [K, N]
      return intAttribute(layer, 'transB', 0) === 1 ? (i) => Math.floor(i / (count / channels)) : (i) => i % channels;
    default: // MatMul [..., K, N]
      return (i) => i % channels;
  }
}
