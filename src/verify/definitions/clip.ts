import { type Definition, LARGEST, numbers } from './definition.ts';

/**
 * Clip with an end that is open, or the last number of float32: the largest number, by ONNX's default bounds, is as right for an
 * infinity as the infinity itself, which Relu, Max and Min let pass.
 */
export const openClip: Definition = (_, inputs, { ofC, ofRuntime }) => {
  const [x, min, max] = [numbers(inputs, 0), numbers(inputs, 1), numbers(inputs, 2)];
  if (!x || inputs[0]?.dtype !== 'f32') return null;
  const ends = [-(min?.[0] ?? -Infinity) >= LARGEST ? -1 : 0, (max?.[0] ?? Infinity) >= LARGEST ? 1 : 0];
  const both = (i: number) => {
    const sign = Number.isFinite(x[i]) ? 0 : Math.sign(x[i]!);
    return sign !== 0 && ends.includes(sign) && Number(ofC[i]) * sign >= LARGEST;
  };
  const result = Float64Array.from(ofRuntime as Float32Array, (y, i) => (both(i) ? Number(ofC[i]) : y));
  return { result, beyond: both };
};
