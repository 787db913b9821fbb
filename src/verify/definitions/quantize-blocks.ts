import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import { integerRange } from '../../numerics/dtype.ts';
import { type Definition, numbers } from './definition.ts';

/** Steps from here on are none that int32 holds. */
const FAR = 2 ** 31;

/**
 * QuantizeLinear by blocks saturates, like any other; onnxruntime converts to int32 before, and gives the lowest code to infinity
 * where the blocks lie along another axis than the last.
 */
export const quantizedBlocks: Definition = (node, inputs, { ofRuntime }) => {
  const [tensor, scales, x, scale] = [inputs[0], inputs[1], numbers(inputs, 0), numbers(inputs, 1)];
  const block = intAttribute(node, 'block_size', 0);
  const dtype = inputs[2]?.dtype ?? (node.attributes.output_dtype === undefined ? 'u8' : null);
  const range = dtype && integerRange(dtype);
  if (!tensor || !scales || !x || !scale || !range || block === 0) return null;
  const { shape } = tensor;
  const axis = normalizeAxis(intAttribute(node, 'axis', 1), shape.length);
  const [length, inner, blocks] = [shape[axis]!, elementCount(shape.slice(axis + 1)), scales.shape[axis]!];
  const codes = ofRuntime.slice();
  for (const [i, v] of x.entries()) {
    const at = Math.floor((Math.floor(i / inner) % length) / block);
    const steps = v / scale[(Math.floor(i / (inner * length)) * blocks + at) * inner + (i % inner)]!;
    if (!(Math.abs(steps) < FAR)) codes[i] = steps > 0 ? range.max : range.min;
  }
  return codes;
};
