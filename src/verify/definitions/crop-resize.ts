import { floatAttribute, intsAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/types.ts';
import { type Definition, numbers } from './definition.ts';

/** The two neighbours of a place on an axis, and the share of the second. */
interface Place {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/**
 * Resize by tf_crop_and_resize where an axis keeps its size: the part of each axis between roi's start and end is stretched
 * over all of the result. Places beyond the input have the value to extrapolate with.
 */
export const cropResize: Definition = (node, inputs) => {
  const [x, roi] = [numbers(inputs, 0), numbers(inputs, 1)];
  const mode = String(node.attributes.mode ?? 'nearest');
  const crops = node.attributes.coordinate_transformation_mode === 'tf_crop_and_resize';
  if (!x || !roi || !crops || node.attributes.antialias === 1 || !['nearest', 'linear'].includes(mode)) return null;
  const { shape } = inputs[0]!;
  const given = intsAttribute(node, 'axes', [...shape.keys()]).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const sizes = resized(inputs, given);
  if (!sizes.some((size, axis) => given.includes(axis) && size === shape[axis])) return null;
  const places = sizes.map((length, axis): (Place | null)[] => {
    const at = given.indexOf(axis);
    const [start, end] = at < 0 ? [0, 1] : [roi[at]!, roi[given.length + at]!];
    return Array.from({ length }, (_, i) => {
      const last = shape[axis]! - 1;
      const step = ((end - start) * last) / (length - 1);
      // In float32, as the ends of roi are.
      const from = Math.fround(length > 1 ? start * last + i * step : 0.5 * (start + end) * last);
      if (from < 0 || from > last) return null;
      return mode === 'linear'
        ? between(from, last)
        : nearest(from, String(node.attributes.nearest_mode ?? 'round_prefer_floor'));
    });
  });
  const outside = floatAttribute(node, 'extrapolation_value', 0);
  return Float64Array.from({ length: elementCount(sizes) }, (_, index) => {
    let corners: [offset: number, weight: number][] = [[0, 1]];
    let [rest, step] = [index, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = places[axis]![rest % sizes[axis]!]!;
      if (!place) return outside;
      corners = corners.flatMap(([offset, weight]): [number, number][] => [
        [offset + place.low * step, weight * (1 - place.share)],
        ...(place.share > 0 ? [[offset + place.high * step, weight * place.share] as [number, number]] : []),
      ]);
      rest = Math.floor(rest / sizes[axis]!);
      step *= shape[axis]!;
    }
    return corners.reduce((sum, [offset, weight]) => sum + x[offset]! * weight, 0);
  });
};

/** The sizes of the result: those given, or what the scales make. */
function resized(inputs: readonly (Tensor | null)[], given: readonly number[]): number[] {
  const [scales, sizes] = [numbers(inputs, 2), numbers(inputs, 3)];
  return inputs[0]!.shape.map((size, axis) => {
    const at = given.indexOf(axis);
    return at < 0 ? size : (sizes?.[at] ?? Math.floor(size * (scales?.[at] ?? 1)));
  });
}

function between(from: number, last: number): Place {
  const low = Math.floor(from);
  return { low, high: Math.min(low + 1, last), share: from - low };
}

function nearest(from: number, mode: string): Place {
  const low = Math.floor(from);
  const half = from - low === 0.5;
  const rounded = half ? (mode === 'round_prefer_ceil' ? low + 1 : low) : Math.round(from);
  const at = mode === 'floor' ? low : mode === 'ceil' ? Math.ceil(from) : rounded;
  return { low: at, high: at, share: 0 };
}
