import { intsAttribute } from '../../ir/attributes.ts';
import { rowMajorStrides } from '../../ir/shape.ts';
import type { Shape, Tensor } from '../../ir/types.ts';
import { type Definition, LARGEST, numbers } from './definition.ts';

/**
 * MaxPool of windows with NaN: the first element, then what is greater, as ONNX's reference has it, and onnxruntime where indices
 * are asked for. Without them it takes maxima in vectors, whose NaN stays or goes by its place in the window and by the processor, and
 * some that start with the lowest number, which -infinity does not beat.
 */
export const maxPool: Definition = (node, inputs, { ofC, ofRuntime }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  if (!tensor || !x?.some((v) => !(v > -Infinity)) || node.outputs[1] != null) return null;
  const windows = windowsWith(tensor, x, {
    kernel: intsAttribute(node, 'kernel_shape', tensor.shape.slice(2)),
    strides: intsAttribute(node, 'strides', []),
    pads: intsAttribute(node, 'pads', []),
    dilations: intsAttribute(node, 'dilations', []),
  });
  return Float64Array.from(ofRuntime as Float32Array, (y, i) => {
    const window = windows(i, ofC.length);
    if (!window || (y > -LARGEST && !window.some(Number.isNaN))) return y;
    return window.reduce((best, v) => (v > best ? v : best));
  });
};

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** The elements of the window of result `index`, of so many; null where the number of results is none of such windows. */
function windowsWith({ shape }: Tensor, x: Float64Array, { kernel, strides, pads, dilations }: Window) {
  const spatial = shape.slice(2);
  const steps = rowMajorStrides(spatial);
  const [planes, plane] = [shape[0]! * shape[1]!, spatial.reduce((a, b) => a * b, 1)];
  const counts = (round: (x: number) => number): Shape =>
    spatial.map((size, d) => {
      const free =
        size + (pads[d] ?? 0) + (pads[d + spatial.length] ?? 0) - ((kernel[d]! - 1) * (dilations[d] ?? 1) + 1);
      const count = round(free / (strides[d] ?? 1)) + 1;
      // A window that would start behind the input is left out.
      return (count - 1) * (strides[d] ?? 1) - (pads[d] ?? 0) >= size ? count - 1 : count;
    });
  return (index: number, results: number): number[] | null => {
    const sizes = [counts(Math.floor), counts(Math.ceil)].find(
      (s) => planes * s.reduce((a, b) => a * b, 1) === results,
    );
    if (!sizes) return null;
    const positions = sizes.reduce((a, b) => a * b, 1);
    const at = rowMajorStrides(sizes).map((step, d) => Math.floor((index % positions) / step) % sizes[d]!);
    let offsets = [Math.floor(index / positions) * plane];
    for (const [d, size] of spatial.entries()) {
      const places = Array.from({ length: kernel[d]! }, (_, k) => {
        return at[d]! * (strides[d] ?? 1) - (pads[d] ?? 0) + k * (dilations[d] ?? 1);
      }).filter((place) => place >= 0 && place < size);
      offsets = offsets.flatMap((offset) => places.map((place) => offset + place * steps[d]!));
    }
    return offsets.map((offset) => x[offset]!);
  };
}
