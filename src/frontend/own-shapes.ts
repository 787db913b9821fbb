import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, TensorType } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import type { FlatNode } from './flat-node.ts';

/**
 * The type of a result that onnxruntime's inference does not see (MeanVarianceNormalization, which is as its input;
 * Compress, whose shape follows from a constant) or sees for scalars only (Range takes one element of any rank). Null for
 * all other nodes.
 */
export function shapeFromConstants(
  node: FlatNode,
  inputs: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
): TensorType | null {
  if (node.domain !== '') return null;
  if (node.op === 'MeanVarianceNormalization') return inputs[0] ?? null;
  if (node.op === 'Compress') return compress(node, inputs[0] ?? null, constants[1] ?? null);
  return node.op === 'Range' ? range(constants) : null;
}

/** As many slices along the axis (elements, without one) as the condition has ones within its length. */
function compress(node: FlatNode, data: TensorType | null, condition: Tensor | null): TensorType | null {
  if (!data || condition?.dtype !== 'bool') return null;
  const axis = node.attributes.axis;
  const rank = data.shape.length;
  if (axis === undefined) {
    const elements = data.shape.reduce((product, dimension) => product * dimension, 1);
    return { ...data, shape: [ones(condition, elements)] };
  }
  const index = typeof axis === 'number' ? (axis < 0 ? axis + rank : axis) : -1;
  if (!(index >= 0 && index < rank)) return null;
  return { ...data, shape: data.shape.map((length, i) => (i === index ? ones(condition, length) : length)) };
}

function ones(condition: Tensor, length: number): number {
  return numbersOf(condition).slice(0, length).filter(Boolean).length;
}

/** max(0, ceil((limit - start) / delta)) elements. */
function range(constants: readonly (Tensor | null)[]): TensorType | null {
  if (constants.length !== 3) return null;
  const [start, limit, delta] = constants.map((tensor) =>
    tensor?.data.length === 1 ? elementReader(tensor)(0) : Number.NaN,
  );
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return constants[0] && Number.isFinite(count) ? { dtype: constants[0].dtype, shape: [count], quant: null } : null;
}
