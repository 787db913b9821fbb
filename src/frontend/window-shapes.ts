import type { Attribute, TensorType } from '../ir/types.ts';
import type { FlatNode } from './flat-node.ts';

/** One spatial dimension of a window; pads of both ends together. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * A pool whose shape ONNX's inference gives otherwise than onnxruntime computes it: with ceil_mode no window starts in the padding
 * at the end; SAME pads as if there were no dilation.
 */
export function isOddPool({ op, attributes }: FlatNode): boolean {
  const dilated = isInts(attributes.dilations) && attributes.dilations.some((dilation) => dilation !== 1);
  return /^(Average|Lp|Max)Pool$/.test(op) && (attributes.ceil_mode === 1 || (isSame(attributes) && dilated));
}

/** The types of an odd pool's results; null where its attributes are wrong. */
export function poolTypes(node: FlatNode, x: TensorType | null): TensorType[] | null {
  const kernel = node.attributes.kernel_shape;
  if (!x || !isInts(kernel) || !isOddPool(node)) return null;
  const ceil = node.attributes.ceil_mode === 1;
  const axes = axesOf(node, x, kernel);
  const shape = axes?.map((axis) => pooled(axis, node, ceil)) ?? [];
  if (!shape.every(isSize) || shape.length === 0) return null;
  const pool = { ...x, shape: [...x.shape.slice(0, 2), ...shape] };
  return node.op === 'MaxPool' ? [pool, { ...pool, dtype: 'i64' }] : [pool];
}

function pooled({ size, kernel, stride, dilation, begin, end }: Axis, node: FlatNode, ceil: boolean): number {
  const same = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  const pads = isSame(node.attributes) ? same : begin + end;
  const head = isSame(node.attributes)
    ? node.attributes.auto_pad === 'SAME_LOWER'
      ? Math.ceil(same / 2)
      : Math.floor(same / 2)
    : begin;
  const steps = (size + pads - dilation * (kernel - 1) - 1) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const outputs = Math.ceil(steps) + 1;
  return (outputs - 1) * stride >= size + head ? outputs - 1 : outputs;
}

/** Inference leaves output_shape where it is smaller than the input, and adds output_padding to what SAME has fixed already. */
export function isOddTranspose({ op, attributes }: FlatNode): boolean {
  return op === 'ConvTranspose' && (isInts(attributes.output_shape) || isSame(attributes));
}

/** The types of such a layer's results; null where its attributes are wrong. */
export function transposedTypes(node: FlatNode, x: TensorType | null, w: TensorType | null): TensorType[] | null {
  const { output_shape: wanted, group = 1 } = node.attributes;
  if (!x || !w || typeof group !== 'number' || !isOddTranspose(node)) return null;
  const axes = axesOf(node, x, w.shape.slice(2));
  const extra = node.attributes.output_padding ?? axes?.map(() => 0);
  if (!axes || !isInts(extra) || extra.length !== axes.length) return null;
  const full = axes.map(({ size, kernel, stride, dilation }, i) => {
    return stride * (size - 1) + extra[i] + dilation * (kernel - 1) + 1;
  });
  const shape = isInts(wanted) ? wanted : full.map((length, i) => Math.min(length, axes[i].size * axes[i].stride));
  if (shape.length !== axes.length || !shape.every(isSize)) return null;
  return [{ ...x, shape: [x.shape[0], w.shape[1] * group, ...shape] }];
}

/** Null when attributes do not fit the rank. */
function axesOf(node: FlatNode, x: TensorType, kernel: readonly number[]): Axis[] | null {
  const rank = x.shape.length - 2;
  const {
    strides = kernel.map(() => 1),
    dilations = kernel.map(() => 1),
    pads = kernel.flatMap(() => [0, 0]),
  } = node.attributes;
  const given = node.attributes.auto_pad === 'VALID' ? kernel.flatMap(() => [0, 0]) : pads;
  if (rank < 1 || kernel.length !== rank) return null;
  if (!isInts(strides) || !isInts(dilations) || !isInts(given)) return null;
  if (strides.length !== rank || dilations.length !== rank || given.length !== 2 * rank) return null;
  return kernel.map((length, i) => ({
    size: x.shape[i + 2],
    kernel: length,
    stride: strides[i],
    dilation: dilations[i],
    begin: given[i],
    end: given[i + rank],
  }));
}

function isSame({ auto_pad }: FlatNode['attributes']): boolean {
  return auto_pad === 'SAME_UPPER' || auto_pad === 'SAME_LOWER';
}

export function isInts(value: Attribute | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isInteger(item));
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
