import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, TensorType } from '../ir/types.ts';
import { elementReader } from '../numerics/convert.ts';
import type { FlatNode } from './flat-node.ts';
import { isInts, isOddPool, isOddTranspose, poolTypes, transposedTypes } from './window-shapes.ts';

/** Whether the types of this node wait for those of its inputs: inference over the graph would give it none, or wrong ones. */
export function waitsForInputs(node: FlatNode): boolean {
  if (node.domain !== '') return false;
  return (
    isOddPool(node) || isOldSlice(node) || isOddTranspose(node) || (node.op === 'Dropout' && hasTypelessMask(node))
  );
}

/** The mask of opset 7 to 9, which is of the data's type. */
function hasTypelessMask(node: FlatNode): boolean {
  return node.opset < 10 && node.outputs[1] != null;
}

/**
 * The types of results that onnxruntime's inference does not find, or finds otherwise than its kernel computes them: shapes that
 * follow from constants (Compress; Range, which takes one element of any rank), windows, MeanVarianceNormalization, the mask of an old Dropout. Null for
 * all other nodes.
 */
export function ownShapes(
  node: FlatNode,
  inputs: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
): TensorType[] | null {
  if (node.domain !== '') return null;
  switch (node.op) {
    case 'Compress':
      return compress(node, inputs[0] ?? null, constants[1] ?? null);
    case 'MeanVarianceNormalization':
      return inputs[0] ? [inputs[0]] : null;
    case 'Range':
      return range(constants);
    case 'AveragePool':
    case 'LpPool':
    case 'MaxPool':
      return poolTypes(node, inputs[0] ?? null);
    case 'ConvTranspose':
      return transposedTypes(node, inputs[0] ?? null, inputs[1] ?? null);
    case 'Slice':
      return slice(node, inputs[0] ?? null);
    case 'Dropout':
      return hasTypelessMask(node) && inputs[0] ? [inputs[0], inputs[0]] : null;
    default:
      return null;
  }
}

/** Before opset 10, when bounds were attributes, inference gave up on those that lie before the first element. */
function isOldSlice({ op, opset, attributes }: FlatNode): boolean {
  const bounds = [attributes.starts, attributes.ends].flat();
  return op === 'Slice' && opset < 10 && bounds.some((bound) => typeof bound === 'number' && bound < -1);
}

function slice(node: FlatNode, data: TensorType | null): TensorType[] | null {
  const { starts, ends, axes = Array.isArray(starts) ? starts.map((_, i) => i) : [] } = node.attributes;
  if (!data || !isOldSlice(node) || ![starts, ends, axes].every(isInts)) return null;
  const [from, to, along] = [starts, ends, axes] as number[][];
  const rank = data.shape.length;
  const shape = [...data.shape];
  if (to.length !== from.length || along.length !== from.length) return null;
  for (const [i, axis] of along.entries()) {
    const d = axis < 0 ? axis + rank : axis;
    if (!(d in shape)) return null;
    const place = (bound: number) => Math.min(Math.max(bound < 0 ? bound + data.shape[d] : bound, 0), data.shape[d]);
    shape[d] = Math.max(0, place(to[i]) - place(from[i]));
  }
  return [{ ...data, shape }];
}

/** As many slices along the axis (elements, without one) as the condition has ones within its length. */
function compress(node: FlatNode, data: TensorType | null, condition: Tensor | null): TensorType[] | null {
  if (!data || condition?.dtype !== 'bool') return null;
  const axis = node.attributes.axis;
  const rank = data.shape.length;
  if (axis === undefined) {
    const elements = data.shape.reduce((product, dimension) => product * dimension, 1);
    return [{ ...data, shape: [ones(condition, elements)] }];
  }
  const index = typeof axis === 'number' ? (axis < 0 ? axis + rank : axis) : -1;
  if (!(index >= 0 && index < rank)) return null;
  return [{ ...data, shape: data.shape.map((length, i) => (i === index ? ones(condition, length) : length)) }];
}

function ones(condition: Tensor, length: number): number {
  return numbersOf(condition).slice(0, length).filter(Boolean).length;
}

/** max(0, ceil((limit - start) / delta)) elements. */
function range(constants: readonly (Tensor | null)[]): TensorType[] | null {
  if (constants.length !== 3) return null;
  const [start, limit, delta] = constants.map((tensor) =>
    tensor?.data.length === 1 ? elementReader(tensor)(0) : Number.NaN,
  );
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return constants[0] && Number.isFinite(count) ? [{ dtype: constants[0].dtype, shape: [count], quant: null }] : null;
}
