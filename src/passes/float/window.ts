import { intsAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';

/** A convolution's or pool's window, one number per spatial dimension. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Elements from the first to the last one a window reads: (kernel - 1) dilation + 1. */
  readonly extents: readonly number[];
}

/** kernel_shape, or the shape of the weights where a layer has some. */
export function windowOf(graph: Graph, node: Node): Window {
  const rank = typeOf(graph, node.inputs[0]).shape.length - 2;
  const ones = new Array<number>(rank).fill(1);
  const weights = node.inputs[1];
  const kernel = weights ? typeOf(graph, weights).shape.slice(2) : intsAttribute(node, 'kernel_shape', ones);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  return { kernel, strides, dilations, extents: kernel.map((size, i) => (size - 1) * dilations[i] + 1) };
}

/** All begins, then all ends; zeros by default. */
export function padsOf(graph: Graph, node: Node): readonly number[] {
  const rank = typeOf(graph, node.inputs[0]).shape.length - 2;
  return intsAttribute(node, 'pads', new Array<number>(2 * rank).fill(0));
}
