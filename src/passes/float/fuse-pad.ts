import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { producerOf, typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { definePass } from '../pass.ts';
import { constantNumbers, isOp, uniformConstant } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { padsOf, windowOf } from './window.ts';

/** A constant Pad of the spatial dimensions becomes the padding of the layer behind it. */
export const fusePad = definePass({
  name: 'fuse-pad',
  summary: 'Make Pad the padding of the convolution or pool that reads it.',
  requires: ['float-only', 'explicit-pads'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [intoConsumer]),
});

const intoConsumer: Rule = (graph, node) => {
  const pad = producerOf(graph, node.inputs[0]);
  if (!isOp(node, 'Conv', 'AveragePool', 'MaxPool') || !isOp(pad, 'Pad') || pad.clip !== null) return null;
  const added = spatialPads(graph, pad);
  if (!added || intAttribute(node, 'ceil_mode', 0) !== 0) return null;
  const pads = padsOf(graph, node).map((own, i) => own + added[i]);
  const attributes = paddedAttributes(graph, node, pad, pads);
  const [, ...rest] = node.inputs;
  if (!attributes) return null;
  return {
    touches: [node, pad],
    apply: (edit) =>
      edit.update(node, {
        inputs: [pad.inputs[0] ?? null, ...rest],
        attributes: { ...node.attributes, ...attributes, pads },
      }),
  };
};

/** Begins, then ends, of the spatial dimensions; null unless they are constants and not negative, and no others padded. */
function spatialPads(graph: Graph, pad: Node): number[] | null {
  if (stringAttribute(pad, 'mode', 'constant') !== 'constant') return null;
  const rank = typeOf(graph, pad.inputs[0]).shape.length;
  const values = constantNumbers(graph, pad.inputs[1]);
  const axes = pad.inputs[3] == null ? values?.slice(0, rank).map((_, i) => i) : constantNumbers(graph, pad.inputs[3]);
  if (!values || !axes || values.some((value) => value < 0)) return null;
  const all = new Array<number>(2 * rank).fill(0);
  for (const [i, axis] of axes.entries()) {
    all[(axis + rank) % rank] = values[i];
    all[rank + ((axis + rank) % rank)] = values[axes.length + i];
  }
  const outer = [0, 1, rank, rank + 1];
  return outer.some((i) => all[i] !== 0) ? null : all.filter((_, i) => !outer.includes(i));
}

/** What else the layer must say so that its own padding counts as the Pad did; null when it cannot. */
function paddedAttributes(graph: Graph, node: Node, pad: Node, pads: readonly number[]): Node['attributes'] | null {
  const value = pad.inputs[2] == null ? 0 : uniformConstant(graph, pad.inputs[2]);
  const { kernel, dilations } = windowOf(graph, node);
  const ownPads = padsOf(graph, node).some((own) => own !== 0);
  if (node.op === 'Conv') return value === 0 ? {} : null;
  // No pool window may lie in the padding alone.
  if (dilations.some((d) => d !== 1) || !pads.every((amount, i) => amount < kernel[i % kernel.length])) return null;
  if (node.op === 'AveragePool') {
    const counts = intAttribute(node, 'count_include_pad', 0) === 1;
    return value === 0 && (counts || !ownPads) ? { count_include_pad: 1 } : null;
  }
  // MaxPool pads with minus infinity; zeros do as well below values that are never negative.
  const lowest = value === -Infinity || (value !== null && value <= -3.4028234663852886e38);
  return lowest || (value === 0 && isNonNegative(graph, pad)) ? {} : null;
}

function isNonNegative(graph: Graph, pad: Node): boolean {
  const source = producerOf(graph, pad.inputs[0]);
  if (source?.clip) return source.clip[0] >= 0;
  if (isOp(source, 'Clip')) return (uniformConstant(graph, source.inputs[1]) ?? -1) >= 0;
  return isOp(source, 'Relu', 'Sigmoid', 'Softmax', 'Abs', 'HardSigmoid');
}
