import { isFloat } from '../ir/tensor.ts';
import type { Attribute, DType, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { UserError } from '../support/errors.ts';
import { codeOf } from './data-types.ts';
import type { FlatNode } from './flat-node.ts';
import { newestKernel } from './runnable-opset.ts';
import { safeModel } from './safe-model.ts';

/** The outputs of a model as onnxruntime infers them. */
type Infer = (
  model: Uint8Array,
) => Promise<readonly { name: string; dtype: DType | null; shape: readonly (number | null)[] | null }[]>;

/** What stands in for float types that onnxruntime has no kernel for: shapes are the same in every type. */
const STAND_IN: DType = 'f32';

/**
 * The types of a node that onnxruntime has no kernel for because of its float type or its operator set, by inference over
 * the node alone in float32 and in the newest operator set that has one. Open dimensions are null; null instead of the list where it cannot be run in float32 either.
 */
export async function standInTypes(
  node: FlatNode,
  known: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
  opset: number,
  infer: Infer,
): Promise<(TensorType | null)[] | null> {
  const inputs = node.inputs.filter((input) => input !== null);
  const foreign = inputs.map((input) => known.get(input)!.dtype).find((dtype) => isForeign(dtype));
  const [first = STAND_IN] = inputs.map((input) => known.get(input)!.dtype);
  const newest = node.domain === '' ? newestKernel(node.op, isForeign(first) ? STAND_IN : first) : opset;
  if (!foreign && newest >= opset) return null;
  const model = safeModel({
    nodes: [{ ...node, attributes: withStandIn(node.attributes) }],
    known: new Map(inputs.map((input) => [input, standIn(known.get(input)!)])),
    constants: new Map(
      inputs.flatMap((input) => (constants.has(input) ? [[input, standInTensor(constants.get(input)!)]] : [])),
    ),
    outputs: node.outputs.filter((output) => output !== null),
    opset: Math.min(opset, newest),
  });
  try {
    const found = new Map((await infer(model.bytes)).map((value) => [model.originalOf(value.name), value]));
    return node.outputs.map((output) => {
      const value = output === null ? null : found.get(output);
      if (!value?.dtype || !value.shape || value.shape.includes(null)) return null;
      const dtype = value.dtype === STAND_IN && foreign ? foreign : value.dtype;
      return { dtype, shape: value.shape.map(Number), quant: null };
    });
  } catch (error) {
    if (error instanceof UserError && error.problem.code === 'RUNTIME') return null;
    throw error;
  }
}

function isForeign(dtype: DType): boolean {
  return isFloat(dtype) && dtype !== STAND_IN;
}

function standIn(type: TensorType): TensorType {
  return isForeign(type.dtype) ? { ...type, dtype: STAND_IN } : type;
}

function standInTensor(tensor: Tensor): Tensor {
  return isForeign(tensor.dtype) ? { dtype: STAND_IN, shape: tensor.shape, data: toFloat32Array(tensor) } : tensor;
}

/** Attributes that hold a tensor of such a type, or name one. */
function withStandIn(attributes: FlatNode['attributes']): FlatNode['attributes'] {
  const replace = ([name, value]: [string, Attribute]): [string, Attribute] => {
    if (typeof value === 'object' && 'dtype' in value) return [name, standInTensor(value)];
    const names = /^(dtype|output_dtype|output_datatype|precision|softmax_precision)$/.test(name);
    return [name, names && FOREIGN_CODES.has(Number(value)) ? codeOf(STAND_IN) : value];
  };
  return Object.fromEntries(Object.entries(attributes).map(replace));
}

const FOREIGN_CODES: ReadonlySet<number> = new Set((['f16', 'bf16', 'f64'] as const).map(codeOf));
