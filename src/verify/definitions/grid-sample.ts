import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { type Definition, numbers } from './definition.ts';

/** Pixels from here on have no fraction worth naming in float32, nor a place that a reflection leads to. */
const FAR = 2 ** 20;

/**
 * GridSample at coordinates that name no pixel: infinite, no number, or millions of pixels away, which onnxruntime converts to integers
 * that do not hold them. With padding by zeros 0 is right there; else whatever lies within the plane that is sampled.
 */
export const farSample: Definition = (node, inputs, { ofC, ofRuntime }) => {
  const [image, grid, x, at] = [inputs[0], inputs[1], numbers(inputs, 0), numbers(inputs, 1)];
  if (!image || !grid || !x || !at) return null;
  const sizes = image.shape.slice(2).reverse();
  const aligned = intAttribute(node, 'align_corners', 0) === 1;
  const [channels, plane, positions] = [image.shape[1]!, elementCount(sizes), elementCount(grid.shape.slice(1, -1))];
  const isFar = (index: number) => {
    const place = Math.floor(index / (channels * positions)) * positions + (index % positions);
    return sizes.some((size, k) => {
      const v = at[place * sizes.length + k]!;
      return !(Math.abs(aligned ? ((v + 1) / 2) * (size - 1) : ((v + 1) * size - 1) / 2) < FAR);
    });
  };
  const result = Float64Array.from(ofRuntime as Float32Array);
  if (!result.some((_, i) => isFar(i))) return null;
  const zeros = stringAttribute(node, 'padding_mode', 'zeros') === 'zeros';
  for (const i of result.keys()) {
    if (!isFar(i)) continue;
    const first = Math.floor(i / positions) * plane;
    const values = x.subarray(first, first + plane);
    const [least, most] = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    const y = Number(ofC[i]);
    // A plane with infinities or NaN: times a weight of 0 they are no numbers.
    const within = !Number.isFinite(most - least) || (y >= least && y <= most);
    result[i] = zeros ? 0 : within ? y : Number.NaN;
  }
  return { result, beyond: isFar };
};
