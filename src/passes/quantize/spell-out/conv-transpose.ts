import { intAttribute, intsAttribute } from '../../../ir/attributes.ts';
import { constantOf, type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import { createData, tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Shape, Tensor, ValueName } from '../../../ir/types.ts';
import { isOp, onlyOutput } from '../../float/match.ts';
import type { Rule } from '../../float/rewrite.ts';

/**
 * Output u = stride q + phase of a transposed convolution reads inputs q, q - 1, ... by every stride-th weight: one plain
 * convolution whose output channels are [group][phase][channel], the phases put side by side, the pads cut off. All but
 * the convolution are moves. Where the stride does not divide the kernel some of its weights are zeros.
 */
export const convTransposeToConv: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [x, w, bias] = node.inputs;
  const weights = constantOf(graph, w);
  if (!isOp(node, 'ConvTranspose') || !output || !x || weights?.dtype !== 'f32' || weights.shape.length > 4)
    return null;
  if (bias != null && !constantOf(graph, bias)) return null;
  const axes = axesOf(graph, node, weights.shape.slice(2));
  if (!axes) return null;
  const phases = phasesOf(node, weights.shape, axes);
  const constants = (edit: GraphDraft) => {
    const added = constantOf(graph, bias);
    const taps = edit.constant(`${output}.phases`, phaseWeights(weights, phases));
    return added ? [taps, edit.constant(`${output}.biases`, phaseBias(added, phases))] : [taps];
  };
  return { touches: [node], apply: (edit) => spell(edit, graph, node, { x, output, phases, constants }) };
};

/** One spatial axis. */
interface Axis {
  readonly stride: number;
  readonly dilation: number;
  readonly taps: number;
  /** Taps of one phase. */
  readonly kernel: number;
  /** Positions of the convolution, its pads, and the first of its outputs that stays. */
  readonly positions: number;
  readonly pads: readonly [begin: number, end: number];
  readonly start: number;
  readonly size: number;
}

/** Null where pads are larger than the kernel, so that inputs have no part, and where there are no results. */
export function axesOf(graph: Graph, node: Node, kernel: Shape): Axis[] | null {
  if (elementCount(typeOf(graph, node.outputs[0]).shape) === 0) return null;
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const pads = intsAttribute(node, 'pads', new Array(2 * kernel.length).fill(0));
  const [from, to] = [node.inputs[0], node.outputs[0]].map((value) => typeOf(graph, value).shape.slice(2));
  const axes = kernel.map((taps, d): Axis => {
    const [stride, dilation, begin, size] = [strides[d], dilations[d], pads[d], to![d]];
    const phaseKernel = Math.ceil(((taps - 1) * dilation + 1) / stride);
    const [first, last] = [Math.floor(begin / stride), Math.floor((begin + size - 1) / stride)];
    return {
      stride,
      dilation,
      taps,
      kernel: phaseKernel,
      positions: last - first + 1,
      pads: [phaseKernel - 1 - first, last - (from![d] - 1)],
      start: begin - first * stride,
      size,
    };
  });
  return axes.every(({ pads: [begin, end] }) => begin >= 0 && end >= 0) ? axes : null;
}

/** Rows of the convolution: [group][phase][channel]. */
export interface Phases {
  readonly axes: readonly Axis[];
  readonly groups: number;
  readonly count: number;
  readonly perGroup: number;
}

export function phasesOf(node: Node, weights: Shape, axes: readonly Axis[]): Phases {
  const count = elementCount(axes.map(({ stride }) => stride));
  return { axes, groups: intAttribute(node, 'group', 1), count, perGroup: weights[1]! };
}

interface Parts {
  readonly x: ValueName;
  readonly output: ValueName;
  readonly phases: Phases;
  /** Weights and, if there is one, bias of the convolution. */
  constants(edit: GraphDraft): ValueName[];
}

export function spell(edit: GraphDraft, graph: Graph, node: Node, { x, output, phases, constants }: Parts): void {
  const { axes, groups, count, perGroup } = phases;
  const [batch] = typeOf(graph, x).shape;
  const real = (shape: Shape) => ({ dtype: 'f32', shape, quant: null }) as const;
  const list = (name: string, values: readonly number[]) =>
    edit.constant(`${output}.${name}`, tensorOf('i64', [values.length], values));

  const inputs = [x, ...constants(edit)];
  const attributes = {
    group: groups,
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(() => 1),
    pads: [0, 1].flatMap((side) => axes.map(({ pads }) => pads[side]!)),
  };
  if (count === 1 && axes.every(({ start }) => start === 0)) {
    return edit.update(node, { op: 'Conv', inputs, attributes });
  }
  const positions = axes.map((axis) => axis.positions);
  const conv = { op: 'Conv', name: `${node.name}.phases`, inputs, attributes, clip: node.clip };
  const product = edit.node(conv, real([batch, groups * count * perGroup, ...positions]), `${output}.conv`);

  // [batch, group, stride..., channel, position...] -> [batch, group, channel, (position, stride)...]
  const rank = axes.length;
  const strides = axes.map(({ stride }) => stride);
  const split = [batch, groups, ...strides, perGroup, ...positions];
  const perm = [0, 1, 2 + rank, ...axes.flatMap((_, d) => [3 + rank + d, 2 + d])];
  const apart = edit.node({ op: 'Reshape', inputs: [product, list('split', split)] }, real(split), `${output}.split`);
  const turned = perm.map((d) => split[d]!);
  const interleaved = edit.node(
    { op: 'Transpose', inputs: [apart], attributes: { perm } },
    real(turned),
    `${output}.turned`,
  );
  const whole = [batch, groups * perGroup, ...axes.map(({ stride }, d) => stride * positions[d]!)];
  const joined = { op: 'Reshape', inputs: [interleaved, list('whole', whole)], attributes: {}, clip: null };
  const cut = axes.some(({ start, size }, d) => start !== 0 || size !== whole[d + 2]);
  if (!cut) return edit.update(node, joined);
  const uncut = edit.node(joined, real(whole), `${output}.uncut`);
  const ends = axes.map(({ start, size }) => start + size);
  edit.update(node, {
    op: 'Slice',
    inputs: [
      uncut,
      list(
        'starts',
        axes.map(({ start }) => start),
      ),
      list('ends', ends),
      list(
        'axes',
        axes.map((_, d) => d + 2),
      ),
    ],
    attributes: {},
    clip: null,
  });
}

/**
 * [in][channel][tap...] -> [group][phase][channel] x [in of a group][tap...], the taps of a phase from the last one.
 * @param zero of a channel
 */
export function phaseWeights(
  { dtype, shape, data }: Tensor,
  { axes, groups, count: phases, perGroup }: Phases,
  zero: (channel: number) => number = () => 0,
): Tensor {
  const [channels] = shape as [number];
  const inputs = channels / groups;
  const taps = axes.map((axis) => axis.taps);
  const kernels = axes.map(({ kernel }) => kernel);
  const strides = axes.map(({ stride }) => stride);
  const size = elementCount(kernels);
  const result = createData(dtype, groups * phases * perGroup * inputs * size);
  let at = 0;
  for (let row = 0; row < groups * phases * perGroup; row++) {
    const channel = row % perGroup;
    const phase = placeOf(Math.floor(row / perGroup) % phases, strides);
    const first = Math.floor(row / perGroup / phases) * inputs;
    for (let i = first; i < first + inputs; i++) {
      for (let k = 0; k < size; k++) {
        const place = placeOf(k, kernels);
        const reach = axes.map(({ stride, kernel }, d) => phase[d]! + stride * (kernel - 1 - place[d]!));
        const tap = reach.map((distance, d) => distance / axes[d]!.dilation);
        const met = tap.every((t, d) => Number.isInteger(t) && t < taps[d]!);
        const flat = tap.reduce((index, t, d) => index * taps[d]! + t, 0);
        result[at++] = met ? Number(data[(i * perGroup + channel) * elementCount(taps) + flat]) : zero(channel);
      }
    }
  }
  return { dtype, shape: [groups * phases * perGroup, inputs, ...kernels], data: result };
}

/** [group][channel] -> [group][phase][channel] */
export function phaseBias({ dtype, data }: Tensor, { groups, count, perGroup }: Phases): Tensor {
  const values = Array.from({ length: groups * count * perGroup }, (_, i) => {
    const group = Math.floor(i / perGroup / count);
    return Number(data[group * perGroup + (i % perGroup)]);
  });
  return tensorOf(dtype, [values.length], values);
}

/** The index along each dimension of element `index`. */
function placeOf(index: number, shape: Shape): number[] {
  return shape.reduceRight<{ rest: number; place: number[] }>(
    ({ rest, place }, size) => ({ rest: Math.floor(rest / size), place: [rest % size, ...place] }),
    { rest: index, place: [] },
  ).place;
}
