import { intAttribute } from '../../ir/attributes.ts';
import { soleConsumer, typeOf } from '../../ir/graph.ts';
import { permuted } from '../../ir/permute.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Graph, Node, Shape, Tensor } from '../../ir/types.ts';
import { channelRuns } from '../../quant/per-channel.ts';
import { isOp, permOf } from '../float/match.ts';
import { type LinearLayer, linearLayer } from './linear-layer.ts';

/**
 * Two layers whose only connection keeps channels apart and is positively homogeneous, f(s x) = s f(x) for s > 0:
 * what the first one divides by s, the second may multiply by.
 */
export interface Link {
  readonly from: LinearLayer;
  readonly to: LinearLayer;
  /** Input channel of `to` -> output channel of `from` that it stems from. */
  readonly channelOf: Int32Array;
  /** Nodes between the two, in order. */
  readonly between: readonly Node[];
}

/** All pairs of layers that follow each other directly or through Relu, pools and views. */
export function linkedLayers(graph: Graph): Link[] {
  return graph.nodes.flatMap((node) => {
    const from = linearLayer(graph, node);
    const link = from && followOutput(graph, from);
    return link ? [link] : [];
  });
}

function followOutput(graph: Graph, from: LinearLayer): Link | null {
  const between: Node[] = [];
  let node = from.node;
  let value = node.outputs[0]!;
  let channels: Tensor | null = channelsAlong(typeOf(graph, value).shape, from.outputAxis);
  while (isHomogeneousClip(node) && channels) {
    const next = soleConsumer(graph, value);
    if (next?.inputs[0] !== value) return null;
    const to = linearLayer(graph, next);
    if (to) {
      const channelOf = alongAxis(channels, to.inputAxis);
      return channelOf && { from, to, channelOf, between };
    }
    if (!next.outputs[0]) return null;
    between.push(next);
    channels = channelsAfter(graph, next, channels);
    node = next;
    value = next.outputs[0];
  }
  return null;
}

/** A fused Relu, or no clip. A finite bound other than zero does not scale. */
export function isHomogeneousClip({ clip }: Node): boolean {
  return clip === null || clip.every((bound) => bound === 0 || !Number.isFinite(bound));
}

/** The channel of every element of a node's output; null when the node mixes channels or is not homogeneous. */
function channelsAfter(graph: Graph, node: Node, channels: Tensor): Tensor | null {
  const { shape } = typeOf(graph, node.outputs[0]);
  if (isOp(node, 'Relu', 'LeakyRelu', 'Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze')) {
    return { ...channels, shape };
  }
  if (isOp(node, 'Transpose')) return permuted(channels, permOf(graph, node));
  if (!isOp(node, 'MaxPool', 'AveragePool', 'GlobalMaxPool', 'GlobalAveragePool') || node.outputs[1]) return null;
  const perChannel = alongAxis(channels, 1);
  return perChannel && spread(perChannel, shape, 1);
}

/** Element -> its index along `axis`. */
function channelsAlong(shape: Shape, axis: number): Tensor {
  return spread(
    Int32Array.from({ length: shape[axis] }, (_, c) => c),
    shape,
    axis,
  );
}

function spread(perChannel: Int32Array, shape: Shape, axis: number): Tensor {
  const { channels, inner } = channelRuns(shape, axis);
  const channel = (_: unknown, i: number) => perChannel[Math.floor(i / inner) % channels];
  return { dtype: 'i32', shape, data: Int32Array.from({ length: elementCount(shape) }, channel) };
}

/** Channels by index along `axis`; null when elements of one index have different channels. */
function alongAxis({ shape, data }: Tensor, axis: number): Int32Array | null {
  const { channels, inner } = channelRuns(shape, axis);
  const result = Int32Array.from({ length: channels }, (_, c) => Number(data[c * inner]));
  for (let i = 0; i < data.length; i++) if (data[i] !== result[Math.floor(i / inner) % channels]) return null;
  return result;
}

/** True when a constant may be added to all of `from`'s outputs: nothing between pads with zeros, nor does `to`. */
export function keepsShifts({ between, to }: Link): boolean {
  const padded = (node: Node) =>
    Object.entries(node.attributes).some(([name, value]) => name === 'pads' && hasNonZero(value));
  const averagesPads = between.some((node) => padded(node) && intAttribute(node, 'count_include_pad', 0) === 1);
  return !averagesPads && !padded(to.node) && !between.some((node) => isOp(node, 'LeakyRelu'));
}

function hasNonZero(value: Node['attributes'][string]): boolean {
  return Array.isArray(value) && value.some((pad) => pad !== 0);
}
