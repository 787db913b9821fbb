import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/types.ts';
import { intsAttribute, stringAttribute } from '../../ops/support/attributes.ts';
import { definePass } from '../pass.ts';
import { isOp } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { type Window, windowOf } from './window.ts';

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
  const { auto_pad: _auto, output_shape: outputShape, ...attributes } = node.attributes;
  const transposed = node.op === 'ConvTranspose';
  if (!isOp(node, ...WINDOWED) || (_auto === undefined && !(transposed && outputShape !== undefined))) return null;
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const asked = mode !== 'NOTSET' || (transposed && outputShape !== undefined);
  const pads = asked ? { pads: mode === 'VALID' ? zeros(graph, node) : splitPads(graph, node, mode, transposed) } : {};
  // SAME and VALID fix the output size themselves; with these pads rounding down gives it too.
  const { ceil_mode: _ceil, ...floored } = attributes;
  return {
    touches: [node],
    apply: (edit) => edit.update(node, { attributes: { ...(asked ? floored : attributes), ...pads } }),
  };
};

function zeros(graph: Graph, node: Node): number[] {
  return windowOf(graph, node).kernel.flatMap(() => [0, 0]);
}

/** The padding that gives the output its size; the odd one goes to the end, or to the beginning in SAME_LOWER. */
function splitPads(graph: Graph, node: Node, mode: string, transposed: boolean): number[] {
  const window = windowOf(graph, node);
  const input = typeOf(graph, node.inputs[0]).shape.slice(2);
  const output = typeOf(graph, node.outputs[0]).shape.slice(2);
  const totals = input.map((size, i) =>
    Math.max(0, transposed ? cropped(node, window, i, size, output[i]) : missing(window, i, size, output[i])),
  );
  // A transposed convolution crops instead: what SAME_UPPER pads at the end it crops there.
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - small[i]);
  const oddAtEnd = mode === 'SAME_UPPER';
  return oddAtEnd ? [...small, ...large] : [...large, ...small];
}

/** (out - 1) stride + extent - in */
function missing({ strides, extents }: Window, i: number, size: number, output: number): number {
  return (output - 1) * strides[i] + extents[i] - size;
}

/** stride (in - 1) + output_padding + extent - out */
function cropped(node: Node, { strides, extents }: Window, i: number, size: number, output: number): number {
  const extra = intsAttribute(
    node,
    'output_padding',
    extents.map(() => 0),
  );
  return strides[i] * (size - 1) + extra[i] + extents[i] - output;
}
