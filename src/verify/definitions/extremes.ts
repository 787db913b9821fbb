import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis, rowMajorStrides } from '../../ir/shape.ts';
import { coordinates } from '../exact/window-cells.ts';
import { reducedAxes, reducedCells } from '../reduced-cells.ts';
import { type Definition, numbers } from './definition.ts';

/** ReduceMax and ReduceMin: NaN wins, as in Max and Min. onnxruntime drops it or not by its place. */
export const reducedExtreme: Definition = (node, inputs, { ofRuntime }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x?.some(Number.isNaN)) return null;
  const cells = reducedCells(tensor.shape, reducedAxes(node, inputs[1] ?? null, tensor.shape.length));
  return Float64Array.from(ofRuntime as Float32Array, (y, i) =>
    cells(i).some((cell) => Number.isNaN(x[cell])) ? Number.NaN : y,
  );
};

/** 1 at the first element that no other is greater than; in rows with NaN onnxruntime has none. */
export const hardmax: Definition = (node, inputs, { ofRuntime }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x?.some(Number.isNaN)) return null;
  const { shape } = tensor;
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
  const [length, stride] = [shape[axis]!, rowMajorStrides(shape)[axis]!];
  return Float64Array.from(ofRuntime as Float32Array, (y, i) => {
    const at = Math.floor(i / stride) % length;
    const row = Array.from({ length }, (_, k) => x[i + (k - at) * stride]!);
    if (!row.some(Number.isNaN)) return y;
    return row.reduce((best, value, k) => (value > row[best]! ? k : best), 0) === at ? 1 : 0;
  });
};

/** ArgMax and ArgMin of rows with NaN: the first element, then what is beyond it. onnxruntime's goes by the place of NaN. */
export const extremePlace: Definition = (node, inputs, { ofRuntime }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x?.some(Number.isNaN)) return null;
  const { shape } = tensor;
  const axis = normalizeAxis(intAttribute(node, 'axis', 0), shape.length);
  const [length, stride] = [shape[axis]!, rowMajorStrides(shape)[axis]!];
  const last = intAttribute(node, 'select_last_index', 0) === 1;
  const beats = (a: number, b: number) => (node.op === 'ArgMax' ? a > b : a < b) || (last && a === b);
  return BigInt64Array.from(ofRuntime as BigInt64Array, (y, i) => {
    const first = Math.floor(i / stride) * length * stride + (i % stride);
    const row = Array.from({ length }, (_, k) => x[first + k * stride]!);
    if (!row.some(Number.isNaN)) return y;
    return BigInt(row.reduce((best, value, k) => (beats(value, row[best]!) ? k : best), 0));
  });
};

/** ScatterElements and ScatterND that keep the larger or the smaller number: NaN wins. onnxruntime lets a later one take its place. */
export const scatteredExtreme: Definition = (node, inputs) => {
  const [data, tuples, updates] = inputs;
  const [y, index, u] = [numbers(inputs, 0), numbers(inputs, 1), numbers(inputs, 2)];
  const pick = EXTREMES[stringAttribute(node, 'reduction', 'none')];
  if (!data || !tuples || !updates || !y || !index || !u || !pick) return null;
  const strides = rowMajorStrides(data.shape);
  const place = (at: readonly number[]) =>
    at.reduce((sum, i, d) => sum + (i < 0 ? i + data.shape[d]! : i) * strides[d]!, 0);
  const length = tuples.shape.at(-1)!;
  const slice = elementCount(data.shape.slice(length));
  const axis = normalizeAxis(intAttribute(node, 'axis', 0), data.shape.length);
  for (const [k, value] of u.entries()) {
    const at =
      node.op === 'ScatterND'
        ? place([...index.slice(Math.floor(k / slice) * length).slice(0, length)]) + (k % slice)
        : place(coordinates(updates.shape, k).map((i, d) => (d === axis ? index[k]! : i)));
    y[at] = pick(y[at]!, value);
  }
  return y;
};

const EXTREMES: Readonly<Record<string, (a: number, b: number) => number>> = { max: Math.max, min: Math.min };
