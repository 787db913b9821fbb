import { numbersOf } from '../../src/ir/tensor.ts';
import type { Attribute, Tensor, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import { byDefinition } from '../../src/verify/definitions/index.ts';
import { exactProducts } from '../../src/verify/integer-file-layers.ts';
import type { FuzzModel } from './builder.ts';
import { innerValues } from './reference.ts';

/** Where onnxruntime 1.30 does not compute what the operator's definition says, and the C does. */
export interface RuntimeFault {
  readonly op: string;
  readonly reason: string;
  /** Whether a node of this operator meets it, with these values around it. */
  meets(node: FuzzModel['nodes'][number], inputs: readonly Known[], outputs: readonly Known[]): boolean;
}

/** null: left out, or not known. */
type Known = Tensor | null;

const SATURATES = 'pairs of products saturate at 16 bits on processors with AVX2 or AVX512 but without VNNI';

const RUNTIME_FAULTS: readonly RuntimeFault[] = [
  {
    op: 'Resize',
    reason: 'tf_crop_and_resize: the crop is ignored along an axis whose size stays',
    meets({ attributes }, [x, , , sizes]) {
      const stays = sizes && numbersOf(sizes).some((size, axis) => axis > 1 && size === x?.shape[axis]);
      return attributes.coordinate_transformation_mode === 'tf_crop_and_resize' && stays === true;
    },
  },
  {
    op: 'QLinearSoftmax',
    reason: 'over an axis of length 1 the result is 0, not 1',
    meets: ({ attributes }, [x]) => x?.shape.at(Number(attributes.axis)) === 1,
  },
  {
    op: 'Gelu',
    reason: 'approximated by tanh in float64: its constants are those of float32',
    meets: ({ attributes }, [x]) => attributes.approximate === 'tanh' && x?.dtype === 'f64',
  },
  {
    op: 'Shrink',
    reason: 'float64 is rounded to float32 inside',
    meets: (_, [x]) => x?.dtype === 'f64',
  },
  {
    op: 'MeanVarianceNormalization',
    reason: 'NaN, not 0, where all elements along the axes are equal',
    meets: ({ attributes }, [x]) => x !== null && hasConstant(x, list(attributes.axes) ?? [0, 2, 3]),
  },
  {
    op: 'InstanceNormalization',
    reason: 'last bits of what cancels are left where all elements of a channel are equal',
    meets: (_, [x]) => x !== null && hasConstant(x, x.shape.map((_, axis) => axis).slice(2)),
  },
  {
    op: 'Col2Im',
    reason: 'dilations in one or in three dimensions reach into the next block',
    meets({ attributes }) {
      const dilations = list(attributes.dilations) ?? [];
      return dilations.length !== 2 && dilations.some((dilation) => dilation > 1);
    },
  },
  ...['MatMulInteger', 'ConvInteger'].map((op): RuntimeFault => ({ op, reason: SATURATES, meets: isOff })),
  ...['QLinearConv', 'QLinearMatMul', 'QGemm'].map(
    (op): RuntimeFault => ({ op, reason: SATURATES, meets: isFarFromCodes }),
  ),
  ...['RNN', 'GRU', 'LSTM'].map(
    (op): RuntimeFault => ({
      op,
      reason: 'sums before an activation are clipped to the largest finite number where no clip is asked for',
      meets: (_, __, outputs) => outputs.some(overflows),
    }),
  ),
];

/** Whether integers of the runtime are not those of the definition. */
function isOff(node: FuzzModel['nodes'][number], inputs: readonly Known[], [output]: readonly Known[]): boolean {
  if (!output) return false;
  const given = { output: 0, ofC: output.data, ofRuntime: output.data };
  const exact = inputs[0] && inputs[1] ? byDefinition({ ...node, clip: null }, inputs, given) : null;
  return exact?.result.some((sum: number | bigint, i: number) => Number(sum) !== Number(output.data[i])) ?? false;
}

/** Whether codes of the runtime are not those that the exact result is rounded to, ties left aside. */
function isFarFromCodes(
  node: FuzzModel['nodes'][number],
  inputs: readonly Known[],
  [output]: readonly Known[],
): boolean {
  const real = exactProducts({ ...node, clip: null }, inputs);
  const range = output && integerRange(output.dtype);
  if (!real || !range) return false;
  const clamped = (i: number) => Math.min(Math.max(real(i), range.min), range.max);
  return numbersOf(output).some((code, i) => Math.abs(code - clamped(i)) > 0.51);
}

function overflows(value: Known): boolean {
  return value !== null && numbersOf(value).some((x) => !Number.isFinite(x));
}

function list(attribute: Attribute | undefined): readonly number[] | null {
  return Array.isArray(attribute) ? (attribute as readonly number[]) : null;
}

/** Whether the elements along these axes are equal somewhere. */
function hasConstant({ shape, ...tensor }: Tensor, axes: readonly number[]): boolean {
  const numbers = numbersOf({ shape, ...tensor });
  const groups = new Map<string, Set<number>>();
  for (const [i, x] of numbers.entries()) {
    let rest = i;
    const place = shape.map((_, axis) => {
      const stride = shape.slice(axis + 1).reduce((a, c) => a * c, 1);
      const at = Math.floor(rest / stride);
      rest %= stride;
      return axes.includes(axis) ? 0 : at;
    });
    groups.set(place.join(), (groups.get(place.join()) ?? new Set()).add(x));
  }
  return [...groups.values()].some((values) => values.size === 1);
}

/** The fault of onnxruntime that a difference may come from, or null. */
export async function runtimeFault(model: FuzzModel): Promise<RuntimeFault | null> {
  const values = new Map([...Object.entries(model.constants), ...model.feeds, ...(await innerValues(model))]);
  const known = (names: readonly (ValueName | null)[]) =>
    names.map((name) => (name === null ? null : (values.get(name) ?? null)));
  const meets = (fault: RuntimeFault) =>
    model.nodes.some((node) => node.op === fault.op && fault.meets(node, known(node.inputs), known(node.outputs)));
  return RUNTIME_FAULTS.find(meets) ?? null;
}
