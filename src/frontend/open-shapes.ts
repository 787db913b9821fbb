import { numbersOf } from '../ir/tensor.ts';
import type { Tensor, TensorType } from '../ir/types.ts';
import { classicalTypes } from './classical-types.ts';
import type { FlatNode } from './flat-node.ts';
import { broadcast } from './own-types.ts';

/**
 * The types of the results of a node whose shapes onnxruntime 1.30 has left open though they are fixed: MaxUnpool,
 * comparisons of opset 12, one index of GatherND, keys and values of an Attention without a past, what estimators make. Null for all others, and
 * where they do depend on the data.
 */
export function openTypes(
  node: FlatNode,
  inputs: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
): readonly (TensorType | null)[] | null {
  const [data = null, second = null] = inputs;
  if (node.domain === 'ai.onnx.ml') return classicalTypes(node, inputs);
  if (node.domain !== '' || !data) return null;
  switch (node.op) {
    case 'MaxUnpool':
      return [maxUnpool(node, data, constants[2] ?? null)];
    case 'GatherND':
      return [second && gatherNd(node, data, second)];
    case 'LessOrEqual':
    case 'GreaterOrEqual': {
      const shape = second && broadcast([data.shape, second.shape]);
      return [shape && { dtype: 'bool', shape, quant: null }];
    }
    case 'Attention':
      return attention(node, inputs);
    default:
      return null;
  }
}

/** Without a past: the result, the keys and values as heads, the products of queries and keys. */
function attention(node: FlatNode, [q, k, v, , past]: readonly (TensorType | null)[]): TensorType[] | null {
  const rank = q?.shape.length;
  if (!q || !k || !v || past || ![k, v].every(({ shape }) => shape.length === rank)) return null;
  const byHeads = ({ shape: [batch, rows, width] }: TensorType, heads: number) => [batch, heads, rows, width / heads];
  const shapes = (qHeads: number, kvHeads: number) =>
    rank === 3 ? [byHeads(q, qHeads), byHeads(k, kvHeads), byHeads(v, kvHeads)] : [q.shape, k.shape, v.shape];
  const [queries, keys, values] = shapes(Number(node.attributes.q_num_heads), Number(node.attributes.kv_num_heads));
  const [batch, heads, rows] = queries;
  const result = rank === 3 ? [batch, rows, heads * values[3]] : [batch, heads, rows, values[3]];
  const products = [batch, heads, rows, keys[2]];
  const fixed = [result, keys, values, products].every((shape) => shape.every((n) => Number.isInteger(n) && n >= 0));
  if (!fixed) return null;
  return [
    { ...q, shape: result },
    { ...k, shape: keys },
    { ...v, shape: values },
    { ...q, shape: products },
  ];
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
