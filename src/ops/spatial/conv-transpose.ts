import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { ofLength } from '../../ir/of-length.ts';
import { permuted } from '../../ir/permute.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { filterElements, type WindowShape, windowParams, windowShape, windowTitle } from '../../ir/window.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';
import { windowAxes } from '../support/window-loops.ts';
import { lowerConvTransposeNd } from './conv-nd.ts';
import { convTransposeRules } from './rules.ts';

export const convTranspose: OpDef = {
  op: 'ConvTranspose',
  summary: 'Transposed convolution, grouped, strided, dilated; output_padding, output_shape, auto_pad.',
  check: convTransposeRules,
  inSteps: true,
  spatial: true,
  lower(node, lower) {
    const x = lower.type(node.inputs[0]);
    const y = lower.type(node.outputs[0]);
    const w = lower.type(node.inputs[1]);
    if (x.quant) return lower.refuse('there is no integer form of this operator');
    const padded = withPads(node, x.shape, y.shape, w.shape.slice(2));
    const shape = windowShape(padded, x.shape, y.shape, w.shape.slice(2));
    const weights = lower.constant(node.inputs[1]);
    if (shape && weights && x.dtype === 'f32') lowerFloat(node, lower, shape, weights);
    else lowerConvTransposeNd(node, lower, windowAxes(padded, x.shape, y.shape, w.shape.slice(2)));
  },
};

function lowerFloat(node: Node, lower: LowerBuilder, shape: WindowShape, weights: Tensor): void {
  const x = lower.read(0, 'channels-last');
  const bias = node.inputs[2] ? lower.read(2, 'row-major') : null;
  if (bias) ofLength(shape.out_c, { length: elementCount(bias.shape) }, node.name);
  const y = lower.write(0, 'channels-last');
  const [min, max] = clipBounds(node);
  lower.call({
    template: 'convtranspose2d_f32',
    params: {
      shape: windowParams(shape),
      x: x.name,
      w: lower.table(
        'weights',
        'f32',
        ofLength(filterElements(shape), kernelMajor(weights, shape.groups).data, node.name),
        'weights',
        `weights [out][kernel][in] of ${node.name}`,
      ),
      bias: bias?.name ?? 'NULL',
      y: y.name,
      min,
      max,
    },
    macs: (elementCount(x.shape) * elementCount(weights.shape)) / weights.shape[0],
    summary: windowTitle('ConvTranspose', shape),
  });
}

/** [in][out / groups][...kernel] -> [out][...kernel][in / groups] */
function kernelMajor(weights: Tensor, groups: number): Tensor {
  const [inputs, outputs, ...kernel] = weights.shape as [number, number, ...number[]];
  const split = { ...weights, shape: [groups, inputs / groups, outputs, ...kernel] };
  return permuted(split, [0, 2, ...kernel.map((_, i) => i + 3), 1]);
}

/** The pads that give the output its size, where auto_pad or output_shape leave them open. */
function withPads(node: Node, x: readonly number[], y: readonly number[], kernel: readonly number[]): Node {
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const open = mode.startsWith('SAME') || node.attributes.output_shape !== undefined;
  if (!open) return node;
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const extra = intsAttribute(
    node,
    'output_padding',
    kernel.map(() => 0),
  );
  const totals = kernel.map((size, i) => {
    const full = strides[i] * (x[i + 2] - 1) + extra[i] + (size - 1) * dilations[i] + 1;
    return Math.max(0, full - y[i + 2]);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - small[i]);
  const pads = mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
  return { ...node, attributes: { ...node.attributes, auto_pad: 'NOTSET', pads } };
}
