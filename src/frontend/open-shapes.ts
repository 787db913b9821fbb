import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, TensorType } from '../ir/types.ts';
import type { FlatNode } from './flat-node.ts';
import { broadcast } from './own-types.ts';

/**
 * The type of the first result of a node whose shape onnxruntime 1.30 has left open though it is fixed: MaxUnpool,
 * comparisons of opset 12, one index of GatherND. Null for all others, and where it does depend on the data.
 */
export function openShape(
  node: FlatNode,
  [data = null, second = null]: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
): TensorType | null {
  if (node.domain !== '' || !data) return null;
  switch (node.op) {
    case 'MaxUnpool':
      return maxUnpool(node, data, constants[2] ?? null);
    case 'GatherND':
      return second && gatherNd(node, data, second);
    case 'LessOrEqual':
    case 'GreaterOrEqual': {
      const shape = second && broadcast([data.shape, second.shape]);
      return shape && { dtype: 'bool', shape, quant: null };
    }
    default:
      return null;
  }
}

/** The shape that is given, or that of the pool's input: (n - 1) stride + kernel - pads along each spatial axis. */
function maxUnpool(node: FlatNode, data: TensorType, shape: Tensor | null): TensorType | null {
  if (node.inputs[2]) return shape && { ...data, shape: numbersOf(shape) };
  const spatial = data.shape.length - 2;
  const list = (name: string, otherwise: number) => {
    const given = node.attributes[name];
    return (i: number) => (Array.isArray(given) ? Number(given[i]) : otherwise);
  };
  const [kernel, stride, pad] = [list('kernel_shape', Number.NaN), list('strides', 1), list('pads', 0)];
  const size = (n: number, i: number) => (n - 1) * stride(i) + kernel(i) - pad(i) - pad(i + spatial);
  const grown = [...data.shape.slice(0, 2), ...data.shape.slice(2).map(size)];
  return grown.every((n) => Number.isInteger(n) && n >= 0) ? { ...data, shape: grown } : null;
}

/** indices [.., k] -> [.., the dimensions of data behind the first k]; batch_dims in front of both. */
function gatherNd(node: FlatNode, data: TensorType, indices: TensorType): TensorType | null {
  if (indices.shape.length === 0) return null;
  const depth = Number(node.attributes.batch_dims ?? 0) + indices.shape[indices.shape.length - 1];
  return { ...data, shape: [...indices.shape.slice(0, -1), ...data.shape.slice(depth)] };
}
