import { roundHalfEven } from '../../numerics/float16.ts';
import { type Definition, numbers } from './definition.ts';

/**
 * Codes, scale and zero point of a tensor with NaN: the range is that of the numbers, and NaN becomes code 0. onnxruntime takes
 * minima and maxima in vectors, which forget what they had when they meet NaN.
 */
export const dynamicQuantize: Definition = (_, inputs, { output }) => {
  const x = numbers(inputs, 0);
  if (!x?.some(Number.isNaN)) return null;
  const known = x.filter((value) => !Number.isNaN(value));
  const [min, max] = [known.reduce((a, b) => Math.min(a, b), 0), known.reduce((a, b) => Math.max(a, b), 0)];
  const step = max > min ? Math.fround(Math.fround(max - min) / 255) : 1;
  if (output === 1) return Float32Array.of(step);
  const code = (steps: number) => Math.min(255, Math.max(0, steps));
  const zero = min === -Infinity ? 255 : code(roundHalfEven(Math.fround(-min / step)));
  if (output === 2) return Uint8Array.of(zero);
  return Uint8Array.from(x, (value) => {
    const steps = Math.fround(value / step);
    return Number.isNaN(steps) ? 0 : code(Number.isFinite(steps) ? roundHalfEven(steps) + zero : steps);
  });
};
