import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Node, Tensor } from '../../ir/types.ts';
import { type Definition, numbers } from './definition.ts';

/** Elements of an axis and their weights, which make one of the result; null: beyond the axis. */
type Place = readonly (readonly [at: number, weight: number])[] | null;

/**
 * Resize by tf_crop_and_resize where an axis keeps its size: the part of each axis between roi's start and end is stretched
 * over all of the result. Places beyond the input have the value to extrapolate with.
 */
export const cropResize: Definition = (node, inputs) => {
  const [x, roi] = [numbers(inputs, 0), numbers(inputs, 1)];
  const place = placesOf(node);
  const crops = node.attributes.coordinate_transformation_mode === 'tf_crop_and_resize';
  if (!x || !roi || !crops || !place || node.attributes.antialias === 1) return null;
  const { shape } = inputs[0]!;
  const given = intsAttribute(node, 'axes', [...shape.keys()]).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const sizes = resized(inputs, given);
  if (!sizes.some((size, axis) => given.includes(axis) && size === shape[axis])) return null;
  const places = sizes.map((length, axis): Place[] => {
    const at = given.indexOf(axis);
    const [start, end] = at < 0 ? [0, 1] : [roi[at]!, roi[given.length + at]!];
    return Array.from({ length }, (_, i) => {
      const last = shape[axis]! - 1;
      const step = ((end - start) * last) / (length - 1);
      // In float32, as the ends of roi are.
      const from = Math.fround(length > 1 ? start * last + i * step : 0.5 * (start + end) * last);
      return from < 0 || from > last ? null : place(from, last);
    });
  });
  const outside = floatAttribute(node, 'extrapolation_value', 0);
  return Float64Array.from({ length: elementCount(sizes) }, (_, index) => {
    let corners: [offset: number, weight: number][] = [[0, 1]];
    let [rest, step] = [index, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const taps = places[axis]![rest % sizes[axis]!]!;
      if (!taps) return outside;
      corners = corners.flatMap(([offset, weight]) =>
        taps.map(([at, part]): [number, number] => [offset + at * step, weight * part]),
      );
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

/** By the node's mode, for a place `from` of an axis that ends at `last`. */
function placesOf(node: Node): ((from: number, last: number) => Place) | null {
  switch (stringAttribute(node, 'mode', 'nearest')) {
    case 'nearest':
      return (from) => nearest(from, stringAttribute(node, 'nearest_mode', 'round_prefer_floor'));
    case 'linear':
      return between;
    case 'cubic':
      return cubic(floatAttribute(node, 'cubic_coeff_a', -0.75), intAttribute(node, 'exclude_outside', 0) === 1);
    default:
      return null;
  }
}

function between(from: number, last: number): Place {
  const low = Math.floor(from);
  const share = from - low;
  return share > 0
    ? [
        [low, 1 - share],
        [Math.min(low + 1, last), share],
      ]
    : [[low, 1]];
}

function nearest(from: number, mode: string): Place {
  const low = Math.floor(from);
  const half = from - low === 0.5;
  const rounded = half ? (mode === 'round_prefer_ceil' ? low + 1 : low) : Math.round(from);
  return [[mode === 'floor' ? low : mode === 'ceil' ? Math.ceil(from) : rounded, 1]];
}

/** Keys' convolution: four elements; what lies outside is the last one there is, or left out. */
function cubic(a: number, excludeOutside: boolean) {
  const weight = (distance: number) => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  };
  return (from: number, last: number): Place => {
    const all = [-1, 0, 1, 2].map((k) => Math.floor(from) + k);
    const used = excludeOutside ? all.filter((at) => at >= 0 && at <= last) : all;
    const sum = used.reduce((total, at) => total + weight(from - at), 0);
    return used.map((at) => [Math.min(Math.max(at, 0), last), weight(from - at) / sum]);
  };
}
