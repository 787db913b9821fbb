import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Shape } from '../../ir/types.ts';
import { samePads } from '../../ir/window.ts';
import { definePass } from '../pass.ts';
import { isOp } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { windowOf } from './window.ts';

/** auto_pad (and output_shape of ConvTranspose) spelled out as pads. */
export const autoPad = definePass({
  name: 'auto-pad',
  summary: 'State the pads that auto_pad and output_shape stand for.',
  requires: ['float-only'],
  provides: ['explicit-pads'],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [explicitPads]),
});

const WINDOWED = ['Conv', 'ConvTranspose', 'AveragePool', 'MaxPool', 'LpPool', 'ConvInteger', 'QLinearConv'] as const;

const explicitPads: Rule = (graph, node) => {
  const { auto_pad: _auto, output_shape: _shape, ...attributes } = node.attributes;
  const sized = node.op === 'ConvTranspose' && 'output_shape' in node.attributes;
  if (!isOp(node, ...WINDOWED) || (!('auto_pad' in node.attributes) && !sized)) return null;
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (mode === 'NOTSET' && !sized) return { touches: [node], apply: (edit) => edit.update(node, { attributes }) };
  const stated =
    node.op === 'ConvTranspose' ? transposedPads(graph, node, mode) : { pads: slidingPads(graph, node, mode) };
  return { touches: [node], apply: (edit) => edit.update(node, { attributes: { ...attributes, ...stated } }) };
};

function slidingPads(graph: Graph, node: Node, mode: string): number[] {
  const { kernel, strides, dilations } = windowOf(graph, node);
  const [input, outputs] = spatialSizes(graph, node);
  const total = (size: number, i: number) =>
    samePads(node, { size, outputs: outputs[i], kernel: kernel[i], stride: strides[i], dilation: dilations[i] });
  return split(mode === 'VALID' ? input.map(() => 0) : input.map(total), mode);
}

/** What is cropped: total = stride (in - 1) + output_padding + extent - out; what is missing pads the output. */
function transposedPads(graph: Graph, node: Node, mode: string): Node['attributes'] {
  const { strides, extents } = windowOf(graph, node);
  const [input, output] = spatialSizes(graph, node);
  const extra = intsAttribute(
    node,
    'output_padding',
    input.map(() => 0),
  );
  const totals = input.map((size, i) => strides[i] * (size - 1) + extra[i] + extents[i] - output[i]);
  const pads = split(
    totals.map((total) => Math.max(0, total)),
    mode,
  );
  if (totals.every((total) => total >= 0)) return { pads };
  return { pads, output_padding: extra.map((own, i) => own + Math.max(0, -totals[i])) };
}

function spatialSizes(graph: Graph, node: Node): [input: Shape, output: Shape] {
  return [typeOf(graph, node.inputs[0]).shape.slice(2), typeOf(graph, node.outputs[0]).shape.slice(2)];
}

/** Begins, then ends; the odd one goes to the end in SAME_UPPER, else to the beginning. */
function split(totals: readonly number[], mode: string): number[] {
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - small[i]);
  return mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}
