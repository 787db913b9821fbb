import { floatAttribute, intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { Node, Shape, Tensor } from '../../ir/types.ts';
import { type Defined, type Definition, LARGEST, numbers, type Results, withBeyond } from './definition.ts';

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
  const epsilon = floatAttribute(node, 'epsilon', node.domain === '' ? 1e-5 : 1e-12);
  return (variance: number) => 1 / Math.sqrt(variance + epsilon);
};

export const instanceNormalization: Definition = (node, inputs, given) =>
  normalized(inputs, given, ({ shape }) => groups(node, shape, shape[1]!));

export const groupNormalization: Definition = (node, inputs, given) =>
  normalized(inputs, given, ({ shape }) => groups(node, shape, intAttribute(node, 'num_groups', 1)));

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
export const layerNormalization: Definition = (node, inputs, given) =>
  normalized(inputs, given, ({ shape }) => rows(node, shape, true));
export const rmsNormalization: Definition = (node, inputs, given) =>
  normalized(inputs, given, ({ shape }) => rows(node, shape, false));

/** com.microsoft's: of the sum of two tensors and a bias. */
export const skipLayerNormalization: Definition = (node, [x, skip, scale = null, bias = null, added], given) => {
  if (!x) return null;
  const data = (x.data as Float32Array).map((value, i) =>
    [skip, added].reduce((sum, one) => (one ? Math.fround(sum + Number(one.data[i % one.data.length])) : sum), value),
  );
  return layerNormalization(node, [{ ...x, data }, scale, bias], given);
};

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
export const meanVarianceNormalization: Definition = (node, inputs, given) =>
  normalized(inputs, given, ({ shape }) => {
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

/**
 * Two passes: the mean, then the variance around it. Where squares leave float32 they are infinite to one and no number, or the
 * number that they are, to another, and what is divided by them is 0.
 */
function normalized(
  inputs: readonly (Tensor | null)[],
  { output, ofC }: Results,
  formOf: (x: Tensor) => Form | null,
): Defined | null {
  const form = inputs[0] ? formOf(inputs[0]) : null;
  const x = numbers(inputs, 0);
  if (!form || !x) return null;
  const ids = x.map((_, i) => form.groupOf(i));
  const { means, factors, beyond } = statistics(x, ids, form);
  const groupOf = output === 0 ? (i: number) => ids[i]! : (i: number) => i;
  if (output > 0) return withBeyond(output === 1 ? means : factors, ofC, beyond, 0);
  const [scale, bias] = [numbers(inputs, 1), numbers(inputs, 2)];
  const places = form.affine;
  if (places && ![scale, bias].every((one) => !one || Number.isInteger(places(0, one.length)))) return null;
  const added = (i: number) => (places && bias?.[places(i, bias.length)]) ?? 0;
  const scaled = (i: number) => (places && scale?.[places(i, scale.length)]) ?? 1;
  const y = x.map((value, i) => (value - means[ids[i]!]!) * factors[ids[i]!]! * scaled(i) + added(i));
  const endless = (i: number) => Math.abs(scaled(i) * factors[ids[i]!]!) > LARGEST;
  return withBeyond(y, ofC, (i) => beyond(groupOf(i)) || endless(i), added);
}

function statistics(x: Float64Array, ids: Float64Array, form: Form) {
  const zeros = () => new Float64Array(form.groups);
  const [counts, means, squares, reaches] = [zeros(), zeros(), zeros(), zeros()];
  ids.forEach((group, i) => {
    counts[group]!++;
    reaches[group]! += Math.abs(x[i]!);
    if (form.centred) means[group]! += x[i]!;
  });
  for (const [group, count] of counts.entries()) means[group]! /= count;
  for (const [i, group] of ids.entries()) squares[group]! += (x[i]! - means[group]!) ** 2;
  const factors = squares.map((sum, group) => form.factor(sum / counts[group]!));
  const beyond = (group: number) =>
    Number.isFinite(reaches[group]) && (squares[group]! > LARGEST || reaches[group]! > LARGEST);
  return { means, factors, beyond };
}
