import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { type GraphDraft, typeOf } from '../../ir/graph.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Shape, ValueName } from '../../ir/types.ts';
import { sameTotal } from '../../ir/window.ts';
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
  if (node.op === 'ConvTranspose') {
    const stated = transposedPads(graph, node, mode);
    return { touches: [node], apply: (edit) => edit.update(node, { attributes: { ...attributes, ...stated } }) };
  }
  const totals = slidingPads(graph, node, mode);
  const pads = split(
    totals.map((total) => Math.max(0, total)),
    mode,
  );
  const cuts = totals.map((total) => cutAtBegin(node, total, mode));
  return {
    touches: [node],
    apply(edit) {
      const x = cuts.some((cut) => cut > 0) ? cutInput(graph, edit, node, totals, cuts) : node.inputs[0];
      edit.update(node, { inputs: [x, ...node.inputs.slice(1)], attributes: { ...attributes, pads } });
    },
  };
};

/** Of both ends; negative where strides leave out elements at the end. */
function slidingPads(graph: Graph, node: Node, mode: string): number[] {
  const { kernel, strides, dilations } = windowOf(graph, node);
  const [input, outputs] = spatialSizes(graph, node);
  if (mode === 'VALID') return input.map(() => 0);
  return input.map((size, i) =>
    sameTotal(node, { size, outputs: outputs[i], kernel: kernel[i], stride: strides[i], dilation: dilations[i] }),
  );
}

/**
 * Of -n elements onnxruntime 1.30 leaves out some at the beginning: its convolutions (n - 1) / 2, LpPool one more from one
 * that is odd or even, SAME_UPPER more than SAME_LOWER; rounded down. Its other pools refuse this.
 */
function cutAtBegin(node: Node, total: number, mode: string): number {
  const less = (mode === 'SAME_UPPER' ? 0 : 1) + (node.op === 'LpPool' ? 0 : 1);
  return Math.max(0, Math.floor((-total - less) / 2));
}

/** What windows read of the input, where it does not begin with its first element. */
function cutInput(graph: Graph, edit: GraphDraft, node: Node, totals: Shape, cuts: Shape): ValueName {
  const { shape, ...type } = typeOf(graph, node.inputs[0]);
  const ends = totals.map((total, i) => shape[i + 2] + total + cuts[i]);
  const axes = cuts.flatMap((cut, i) => (cut > 0 ? [i] : []));
  const list = (name: string, numberOf: (i: number) => number) =>
    edit.constant(`${node.name}.${name}`, tensorOf('i64', [axes.length], axes.map(numberOf)));
  const part = [list('begins', (i) => cuts[i]), list('ends', (i) => ends[i]), list('axes', (i) => i + 2)];
  const kept = shape.map((size, axis) => (axes.includes(axis - 2) ? ends[axis - 2] - cuts[axis - 2] : size));
  return edit.node({ op: 'Slice', inputs: [node.inputs[0], ...part] }, { ...type, shape: kept }, `${node.name}.read`);
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
