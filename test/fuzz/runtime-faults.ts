import { numbersOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Shape } from '../../src/ir/types.ts';
import type { FuzzModel } from './builder.ts';

/** Where onnxruntime 1.30 does not compute what the operator's definition says, and the C does. */
export interface RuntimeFault {
  readonly op: string;
  readonly reason: string;
  /** Whether a node of this operator meets it. */
  meets(node: FuzzModel['nodes'][number], known: Known): boolean;
}

/** What is known of the model's inputs and constants; null for values that nodes make. */
interface Known {
  shape(name: string | null): Shape | null;
  dtype(name: string | null): DType | null;
  numbers(name: string | null): readonly number[] | null;
}

const RUNTIME_FAULTS: readonly RuntimeFault[] = [
  {
    op: 'Resize',
    reason: 'tf_crop_and_resize: the crop is ignored along an axis whose size stays',
    meets({ attributes, inputs }, known) {
      const before = known.shape(inputs[0]);
      const sizes = known.numbers(inputs[3] ?? null);
      const stays = !before || !sizes || sizes.some((size, axis) => axis > 1 && size === before[axis]);
      return attributes.coordinate_transformation_mode === 'tf_crop_and_resize' && stays;
    },
  },
  {
    op: 'QLinearSoftmax',
    reason: 'over an axis of length 1 the result is 0, not 1',
    meets: ({ attributes, inputs }, known) => known.shape(inputs[0])?.at(Number(attributes.axis)) === 1,
  },
  {
    op: 'Gelu',
    reason: 'approximated by tanh in float64: its constants are those of float32',
    meets: ({ attributes, inputs }, known) =>
      attributes.approximate === 'tanh' && (known.dtype(inputs[0]) ?? 'f64') === 'f64',
  },
  {
    op: 'MeanVarianceNormalization',
    reason: 'NaN, not 0, over axes of length 1',
    meets({ attributes, inputs }, known) {
      const { axes = [0, 2, 3] } = attributes as { readonly axes?: readonly number[] };
      return axes.every((axis) => (known.shape(inputs[0])?.at(axis) ?? 1) === 1);
    },
  },
  {
    op: 'InstanceNormalization',
    reason: 'last bits of what cancels are left where all elements of a channel are equal',
    meets: ({ inputs }, known) => (known.shape(inputs[0]) ?? []).slice(2).every((size) => size === 1),
  },
  {
    op: 'Col2Im',
    reason: 'dilations of one dimension reach into the next block',
    meets({ attributes }) {
      const dilations = list(attributes.dilations) ?? [];
      return dilations.length === 1 && dilations[0] > 1;
    },
  },
  ...['MaxPool', 'AveragePool', 'LpPool', 'Conv', 'ConvInteger', 'QLinearConv'].map(
    (op): RuntimeFault => ({
      op,
      reason:
        'SAME where the stride leaves elements out: negative padding cuts others off, from the begin and otherwise in each operator',
      meets: ({ attributes }) => {
        const kernel = list(attributes.kernel_shape);
        const beyond = list(attributes.strides)?.some((stride, axis) => stride >= (kernel?.[axis] ?? 1) + 2);
        return String(attributes.auto_pad).startsWith('SAME') && beyond === true;
      },
    }),
  ),
];

function list(attribute: Attribute | undefined): readonly number[] | null {
  return Array.isArray(attribute) ? (attribute as readonly number[]) : null;
}

/** The fault of onnxruntime that a difference may come from, or null. */
export function runtimeFault({ nodes, inputs, constants }: FuzzModel): RuntimeFault | null {
  const given = (name: string | null) => (name === null ? undefined : inputs[name]);
  const fixed = (name: string | null) => (name === null ? undefined : constants[name]);
  const known: Known = {
    shape: (name) => given(name)?.[1] ?? fixed(name)?.shape ?? null,
    dtype: (name) => given(name)?.[0] ?? fixed(name)?.dtype ?? null,
    numbers(name) {
      const tensor = fixed(name);
      return tensor ? numbersOf(tensor) : null;
    },
  };
  return RUNTIME_FAULTS.find((fault) => nodes.some((node) => node.op === fault.op && fault.meets(node, known))) ?? null;
}
