import { type Definition, numbers } from './definition.ts';

const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * Of RNN, GRU and LSTM where a sum can leave float32: what it becomes there, infinite or no number, goes on through the gates.
 * onnxruntime clips sums to the largest number before each activation, and some of its activations make numbers of NaN.
 */
export const beyondFloat: Definition = (_, inputs, { ofC, ofRuntime }) => {
  const largest = (index: number) =>
    (numbers(inputs, index) ?? new Float64Array()).reduce((most, x) => greater(most, Math.abs(x)), 0);
  const [w, r] = [inputs[1], inputs[2]];
  if (!w || !r) return null;
  const state = Math.max(
    1,
    largest(5),
    largest(6),
    ...Array.from(ofC as Float32Array, Math.abs).filter(Number.isFinite),
  );
  const fromState = state * (r.shape[2]! * largest(2) + largest(7));
  const reach = largest(0) * w.shape[2]! * largest(1) + fromState + 2 * largest(3) + largest(6);
  if (reach <= LARGEST) return null;
  return Float64Array.from(ofRuntime as Float32Array, (y, i) => (Number.isFinite(ofC[i]) ? y : Number(ofC[i])));
};

/** NaN is the greatest. */
function greater(a: number, b: number): number {
  return Number.isNaN(a) || a > b ? a : b;
}
