import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Node, TensorType } from '../../ir/types.ts';
import type { ResizeAxis, ResizeMode } from './resize-axis.ts';

export function resizeMode(node: Node): ResizeMode {
  return {
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinates: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubicA: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludeOutside: intAttribute(node, 'exclude_outside', 0) === 1,
    antialias: intAttribute(node, 'antialias', 0) === 1,
  };
}

/** One entry per dimension, null where nothing changes. */
export function resizeAxes(
  node: Node,
  numbers: (index: number, what: string) => readonly number[] | null,
  x: Pick<TensorType, 'shape'>,
  y: Pick<TensorType, 'shape'>,
): (ResizeAxis | null)[] {
  const rank = x.shape.length;
  const axes = intsAttribute(
    node,
    'axes',
    x.shape.map((_, d) => d),
  ).map((axis) => normalizeAxis(axis, rank));
  const roi = numbers(1, 'roi') ?? [];
  const scaled = numbers(2, 'scales') ?? [];
  const sizes = numbers(3, 'sizes') ?? [];
  const crop = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  // onnxruntime copies what keeps its size, whatever the scales are; see verify/definitions for crops.
  if (!crop && x.shape.join() === y.shape.join()) return x.shape.map(() => null);
  const scales = scaled.length > 0 ? scaled : sizes.map((size, i) => size / x.shape[axes[i]]);
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  const common =
    sizes.length === 0 || policy === 'stretch'
      ? null
      : policy === 'not_larger'
        ? Math.min(...scales)
        : Math.max(...scales);
  return x.shape.map((input, d) => {
    const i = axes.indexOf(d);
    if (i < 0) return null;
    const scale = common ?? scales[i] ?? 1;
    if (!crop && scale === 1 && y.shape[d] === input) return null;
    return { input, output: y.shape[d], scale, roi: [roi[i] ?? 0, roi[i + axes.length] ?? 1] };
  });
}
