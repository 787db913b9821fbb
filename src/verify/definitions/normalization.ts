import { floatAttribute, intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { Node, Shape, Tensor } from '../../ir/types.ts';
import type { Definition } from './definition.ts';
import { numbers } from './definition.ts';

/** How one operator normalizes. */
interface Form {
  /** Which mean and deviation an element belongs to, 0 .. groups - 1. */
  readonly groupOf: (index: number) => number;
  readonly groups: number;
  /** 1 / deviation. */
  readonly factor: (variance: number) => number;
  readonly centred: boolean;
  /** Where in scale and bias an element finds its own. */
  readonly affine: ((index: number, length: number) => number) | null;
}

const product = (sizes: Shape) => sizes.reduce((a, b) => a * b, 1);
const inverseRoot = (node: Node) => {
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  return (variance: number) => 1 / Math.sqrt(variance + epsilon);
};

export const instanceNormalization: Definition = (node, inputs) =>
  normalized(inputs, ({ shape }) => groups(node, shape, shape[1]!));

export const groupNormalization: Definition = (node, inputs) =>
  normalized(inputs, ({ shape }) => groups(node, shape, intAttribute(node, 'num_groups', 1)));

function groups(node: Node, shape: Shape, perSample: number): Form {
  const positions = product(shape.slice(2));
  const size = (shape[1]! / perSample) * positions;
  return {
    groupOf: (i) => Math.floor(i / size),
    groups: shape[0]! * perSample,
    factor: inverseRoot(node),
    centred: true,
    // A scale for each channel, or, before opset 21, for each group.
    affine: (i, length) => Math.floor(i / (length === shape[1] ? positions : size)) % length,
  };
}

/** Over the last axes, from `axis` on. */
export const layerNormalization: Definition = (node, inputs) =>
  normalized(inputs, ({ shape }) => rows(node, shape, true));
export const rmsNormalization: Definition = (node, inputs) =>
  normalized(inputs, ({ shape }) => rows(node, shape, false));

function rows(node: Node, shape: Shape, centred: boolean): Form | null {
  const axis = intAttribute(node, 'axis', -1);
  const size = product(shape.slice(axis));
  return {
    groupOf: (i) => Math.floor(i / size),
    groups: product(shape) / size,
    factor: inverseRoot(node),
    centred,
    affine: (i, length) => (length === size ? i % size : Number.NaN),
  };
}

/** y = (x - mean) / (deviation + 1e-9): 0 of a constant. */
export const meanVarianceNormalization: Definition = (node, inputs) =>
  normalized(inputs, ({ shape }) => {
    const axes = intsAttribute(node, 'axes', [0, 2, 3]).map((axis) => (axis < 0 ? axis + shape.length : axis));
    const kept = shape.map((size, d) => (axes.includes(d) ? 1 : size));
    return {
      groupOf(i) {
        let [rest, group, step] = [i, 0, 1];
        for (let d = shape.length - 1; d >= 0; d--) {
          if (kept[d]! > 1) group += (rest % shape[d]!) * step;
          step *= kept[d]!;
          rest = Math.floor(rest / shape[d]!);
        }
        return group;
      },
      groups: product(kept),
      factor: (variance) => 1 / (Math.sqrt(variance) + 1e-9),
      centred: true,
      affine: null,
    };
  });

/** Two passes: the mean, then the variance around it. */
function normalized(inputs: readonly (Tensor | null)[], formOf: (x: Tensor) => Form | null): Float64Array | null {
  const form = inputs[0] ? formOf(inputs[0]) : null;
  const x = numbers(inputs, 0);
  if (!form || !x) return null;
  const counts = new Float64Array(form.groups);
  const means = new Float64Array(form.groups);
  const variances = new Float64Array(form.groups);
  const ids = x.map((_, i) => form.groupOf(i));
  ids.forEach((group, i) => {
    counts[group]!++;
    if (form.centred) means[group]! += x[i]!;
  });
  for (const [group, count] of counts.entries()) means[group]! /= count;
  for (const [i, group] of ids.entries()) variances[group]! += (x[i]! - means[group]!) ** 2;
  const factors = variances.map((sum, group) => form.factor(sum / counts[group]!));
  const [scale, bias] = [numbers(inputs, 1), numbers(inputs, 2)];
  const y = x.map((value, i) => {
    const normal = (value - means[ids[i]!]!) * factors[ids[i]!]!;
    if (!form.affine) return normal;
    return normal * (scale?.[form.affine(i, scale.length)] ?? 1) + (bias?.[form.affine(i, bias.length)] ?? 0);
  });
  const spelled = [scale, bias].every((one) => !one || !form.affine || Number.isInteger(form.affine(0, one.length)));
  return spelled ? y : null;
}
