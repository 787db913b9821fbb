import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { type Definition, LARGEST, numbers, withBeyond } from './definition.ts';

/** The points of one transform: real and imaginary parts. */
type Points = readonly (readonly [real: number, imaginary: number])[];

/**
 * The sum of points and roots of unity. onnxruntime computes lengths that are no powers of two by way of longer ones, where
 * infinities and large numbers make NaN of every bin. Of infinities there are only infinities and NaN.
 */
export const dft: Definition = (node, inputs, { ofC }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x) return null;
  const { shape } = tensor;
  const axis = normalizeAxis(numbers(inputs, 2)?.[0] ?? intAttribute(node, 'axis', -2), shape.length);
  const [points, parts, inner] = [shape[axis]!, shape.at(-1)!, elementCount(shape.slice(axis + 1, -1))];
  const inverse = intAttribute(node, 'inverse', 0) === 1;
  const halved = intAttribute(node, 'onesided', 0) === 1;
  const mirrored = inverse && halved;
  const length = numbers(inputs, 1)?.[0] ?? (mirrored ? 2 * (points - 1) : points);
  const [bins, ofBin] = [halved && !inverse ? Math.floor(length / 2) + 1 : length, mirrored ? 1 : 2];
  const rowOf = (index: number) => {
    const row = Math.floor(index / (bins * inner * ofBin)) * points * inner + (Math.floor(index / ofBin) % inner);
    const at = (t: number) => (row + t * inner) * parts;
    const given = Array.from(
      { length: Math.min(points, length) },
      (_, t) => [x[at(t)]!, parts === 2 ? x[at(t) + 1]! : 0] as const,
    );
    if (!mirrored) return given;
    const rest = Array.from({ length: length - given.length }, (_, t) => given[length - given.length - t]!);
    return [...given, ...rest.map(([re, im]) => [re, -im] as const)];
  };
  return bin(ofC, rowOf, (index) => {
    const k = Math.floor(index / (inner * ofBin)) % bins;
    const [re, im] = transformed(rowOf(index), k / length, inverse ? 1 : -1);
    return (index % ofBin === 0 ? re : im) / (inverse ? length : 1);
  });
};

/** Transforms of frames, each multiplied by the window. */
export const stft: Definition = (node, inputs, { ofC }) => {
  const [tensor, x, window] = [inputs[0], numbers(inputs, 0), numbers(inputs, 2)];
  if (!tensor || !x) return null;
  const [, points, parts = 1] = tensor.shape;
  const step = numbers(inputs, 1)![0]!;
  const length = numbers(inputs, 3)?.[0] ?? window?.length ?? points!;
  const bins = intAttribute(node, 'onesided', 1) === 1 ? Math.floor(length / 2) + 1 : length;
  const frames = Math.floor((points! - length) / step) + 1;
  const rowOf = (index: number) => {
    const frame = Math.floor(index / (bins * 2));
    const first = Math.floor(frame / frames) * points! + (frame % frames) * step;
    const scaled = (t: number, part: number) => x[(first + t) * parts + part]! * (window?.[t] ?? 1);
    return Array.from({ length }, (_, t) => [scaled(t, 0), parts === 2 ? scaled(t, 1) : 0] as const);
  };
  return bin(ofC, rowOf, (index) => {
    const parts = transformed(rowOf(index), (Math.floor(index / 2) % bins) / length, -1);
    return parts[index % 2]!;
  });
};

const LAST_BITS = 2 ** -20;

function bin(ofC: ArrayLike<number | bigint>, rowOf: (index: number) => Points, exact: (index: number) => number) {
  const magnitude = (index: number) => rowOf(index).reduce((sum, [re, im]) => sum + Math.abs(re) + Math.abs(im), 0);
  const values = Float64Array.from({ length: ofC.length }, (_, index) => {
    const [size, y] = [magnitude(index), Number(ofC[index])];
    if (!Number.isFinite(size)) return Number.NaN;
    const value = exact(index);
    // What cancels is as precise as its terms.
    return size > LARGEST && Math.abs(y - value) <= LAST_BITS * size ? y : value;
  });
  return withBeyond(values, ofC as Float32Array, (index) => !(magnitude(index) <= LARGEST));
}

/** Of one bin, `turns` of the circle from point to point. */
function transformed(points: Points, turns: number, direction: number): readonly [number, number] {
  let [real, imaginary] = [0, 0];
  for (const [t, [a, b]] of points.entries()) {
    const angle = 2 * Math.PI * ((t * turns) % 1);
    const [c, s] = [Math.cos(angle), direction * Math.sin(angle)];
    real += a * c - b * s;
    imaginary += a * s + b * c;
  }
  return [real, imaginary];
}
