import { intAttribute } from '../../ir/attributes.ts';
import { constantOf, typeOf } from '../../ir/graph.ts';
import { sameShape } from '../../ir/shape.ts';
import { tensorOf } from '../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import {
  type Affine,
  allFinite,
  biasOf,
  channelAxis,
  LINEAR_OPS,
  type Parameters,
  perChannel,
  scaled,
  scaleOutputs,
  setParameters,
} from './affine.ts';
import { isOp, onlyOutput, soleProducer } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';
import { padsOf } from './window.ts';

/**
 * Purpose: Add, Sub, Mul and Div by constants beside a linear layer are part of its weights and bias.
 * Method: after the layer, scale and shift per output channel (looking through Reshapes that keep the last dimension
 * of a Gemm); before it, per input channel: W (s x + t) + b = (W s) x + (W t + b).
 * Kept: constants that vary along other dimensions; a shift before a padded convolution, because padding is zeros
 * after the shift; a large shift before a layer, because W x and W t would be large numbers of a small difference;
 * layers that others read too.
 */
export const foldAffine = definePass({
  name: 'fold-affine',
  summary: 'Fold Add, Sub, Mul and Div by constants into the linear layer beside them.',
  requires: ['float-only', 'explicit-pads'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [intoLayerBefore, intoLayerAfter, withoutAlpha]),
});

const intoLayerBefore: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const operand = constantOperand(graph, node);
  if (!output || !operand) return null;
  const found = layerThroughReshapes(graph, operand.source);
  if (!found) return null;
  const { layer, chain } = found;
  const axis = chain.length > 0 ? typeOf(graph, output).shape.length - 1 : channelAxis(graph, layer);
  const values = perChannel(operand.constant, typeOf(graph, output).shape, axis);
  const parameters = values && scaleOutputs(graph, layer, operand.affine(values));
  if (!parameters) return null;
  return {
    touches: [node, layer, ...chain],
    apply(edit) {
      setParameters(edit, layer, parameters);
      edit.update(layer, { clip: node.clip });
      edit.replaceUses(output, operand.source);
    },
  };
};

/** The linear layer that makes `value`, behind any Reshapes that keep its rows whole. */
function layerThroughReshapes(graph: Graph, value: ValueName): { layer: Node; chain: Node[] } | null {
  const chain: Node[] = [];
  for (let current = value; ; ) {
    const layer = soleProducer(graph, current, ...(chain.length > 0 ? ['Gemm'] : LINEAR_OPS));
    if (layer) return { layer, chain };
    const view = soleProducer(graph, current, 'Reshape');
    const from = view && must(view.inputs[0], 'input of Reshape');
    if (!view || !from || typeOf(graph, from).shape.at(-1) !== typeOf(graph, current).shape.at(-1)) return null;
    chain.push(view);
    current = from;
  }
}

const intoLayerAfter: Rule = (graph, layer) => {
  if (!isOp(layer, 'Conv', 'Gemm') || intAttribute(layer, 'transA', 0) !== 0) return null;
  const node = soleProducer(graph, layer.inputs[0], 'Add', 'Sub', 'Mul', 'Div');
  const operand = node && constantOperand(graph, node);
  if (!operand) return null;
  const values = perChannel(operand.constant, typeOf(graph, node.outputs[0]).shape, 1);
  const parameters = values && scaleInputs(graph, layer, operand.affine(values));
  if (!parameters) return null;
  return {
    touches: [node, layer],
    apply(edit) {
      setParameters(edit, layer, parameters);
      edit.replaceUses(must(node.outputs[0], 'output'), operand.source);
    },
  };
};

/**
 * With data that vary by about 1 beside the shift, the sums lose as many digits as it has: beyond this, more than the
 * 1e-5 of the range that a layer may be off. Images of bytes are centred by 128.
 */
const MAX_SHIFT = 128;

/** W'[m][c] = s[c] W[m][c], b'[m] = b[m] + sum over c and the window of t[c] W[m][c]. */
function scaleInputs(graph: Graph, layer: Node, { scale, shift }: Affine): Parameters | null {
  const shifted = shift.some((t) => t !== 0);
  if (!allFinite({ scale, shift }) || shift.some((t) => Math.abs(t) > MAX_SHIFT)) return null;
  if (shifted && layer.op === 'Conv' && padsOf(graph, layer).some((pad) => pad !== 0)) return null;
  const channels = typeOf(graph, layer.outputs[0]).shape[1];
  const plain = scaleOutputs(graph, layer, {
    scale: new Float64Array(channels).fill(1),
    shift: new Float64Array(channels),
  });
  const bias = biasOf(graph, layer, channels);
  if (!plain || !bias) return null;
  const { weights } = plain;
  const [rowOf, columnOf] = coordinates(layer, weights, channels);
  for (let i = 0; shifted && i < weights.data.length; i++)
    bias[rowOf(i)] += shift[columnOf(i)] * Number(weights.data[i]);
  return {
    weights: scaled(weights, columnOf, scale),
    bias: layer.inputs[2] != null || shifted ? tensorOf('f32', [channels], bias) : null,
  };
}

/** Element index of the weights -> output channel and input channel. */
function coordinates(layer: Node, weights: Tensor, channels: number): [(i: number) => number, (i: number) => number] {
  const { shape, data } = weights;
  if (layer.op === 'Gemm' && intAttribute(layer, 'transB', 0) !== 1) {
    return [(i) => i % channels, (i) => Math.floor(i / channels)];
  }
  // [M, C/group, window]: output channel m reads the channels of its group
  const row = data.length / channels;
  const kernel = row / shape[1];
  const perGroup = channels / intAttribute(layer, 'group', 1);
  const rowOf = (i: number) => Math.floor(i / row);
  return [rowOf, (i) => Math.floor(rowOf(i) / perGroup) * shape[1] + (Math.floor(i / kernel) % shape[1])];
}

/** alpha and beta are in the weights and the bias. */
const withoutAlpha: Rule = (graph, node) => {
  if (!isOp(node, 'Gemm') || ((node.attributes.alpha ?? 1) === 1 && (node.attributes.beta ?? 1) === 1)) return null;
  const channels = typeOf(graph, node.outputs[0]).shape[1];
  const unit = { scale: new Float64Array(channels).fill(1), shift: new Float64Array(channels) };
  const parameters = scaleOutputs(graph, node, unit);
  return parameters && { touches: [node], apply: (edit) => setParameters(edit, node, parameters) };
};

interface Operand {
  readonly source: ValueName;
  readonly constant: Tensor;
  /** What the node does to its computed input, given the constant per channel. */
  affine(values: Float64Array): Affine;
}

/** An Add, Sub, Mul or Div of one computed and one constant float32, as long as the constant adds no dimension. */
function constantOperand(graph: Graph, node: Node): Operand | null {
  if (!isOp(node, 'Add', 'Sub', 'Mul', 'Div')) return null;
  const index = constantOf(graph, node.inputs[1]) ? 1 : 0;
  const constant = constantOf(graph, node.inputs[index]);
  const source = node.inputs[1 - index];
  if (constant?.dtype !== 'f32' || !source || constantOf(graph, source)) return null;
  if (!sameShape(typeOf(graph, source).shape, typeOf(graph, node.outputs[0]).shape)) return null;
  const { op } = node;
  if (op === 'Div' && index === 0) return null;
  return {
    source,
    constant,
    affine(values) {
      const ones = values.map(() => (op === 'Sub' && index === 0 ? -1 : 1));
      if (op === 'Mul' || op === 'Div')
        return { scale: values.map((v) => (op === 'Mul' ? v : 1 / v)), shift: values.map(() => 0) };
      return { scale: ones, shift: values.map((v) => (op === 'Sub' && index === 1 ? -v : v)) };
    },
  };
}
