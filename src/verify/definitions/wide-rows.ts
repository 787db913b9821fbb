import type { Tensor, TypedArray } from '../../ir/types.ts';
import { type Defined, type Definition, LARGEST, numbers, withBeyond } from './definition.ts';

/** RotaryEmbedding: two products to an element, of which both may leave float32 before one is taken from the other. */
export const rotary: Definition = (_, inputs, { ofC, ofRuntime }) => {
  const [x] = inputs;
  if (!x) return null;
  const factor = Math.max(largest(inputs[1]), largest(inputs[2]));
  const sizes = rowsOf(x).map((row) => 2 * factor * row.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
  return wide(ofC, ofRuntime, sizes);
};

/** Attention: scores of rows whose products leave float32 together; onnxruntime scales queries and keys before it multiplies them. */
export const attention: Definition = (_, inputs, { output, ofC, ofRuntime }) => {
  const [q, k, v] = inputs;
  if (!q || !k || !v || output === 1 || output === 2) return null;
  const [key, values] = [Math.max(largest(k), largest(inputs[4])), largest(v) * k.data.length];
  const sizes = rowsOf(q).map((row) => Math.max(values, key * row.reduce((sum, x) => sum + Math.abs(x), 0)));
  return output === 0 || q.shape.length === 4 ? wide(ofC, ofRuntime, sizes) : null;
};

/** As many rows in the result as there are sizes. */
function wide(ofC: TypedArray, ofRuntime: TypedArray, sizes: readonly number[]): Defined {
  const exact = Float64Array.from(ofRuntime as Float32Array);
  return withBeyond(exact, ofC, (i) => sizes[Math.floor((i * sizes.length) / exact.length)]! > LARGEST);
}

/** Along the last axis. */
function rowsOf(tensor: Tensor): Float64Array[] {
  const [x, length] = [numbers([tensor], 0)!, tensor.shape.at(-1)!];
  return Array.from({ length: x.length / length }, (_, row) => x.subarray(row * length, (row + 1) * length));
}

/** Of what is finite; an infinity is judged as any number. */
function largest(tensor: Tensor | null | undefined): number {
  const x = tensor ? numbers([tensor], 0)! : [];
  let most = 0;
  for (const v of x) if (Number.isFinite(v) && Math.abs(v) > most) most = Math.abs(v);
  return most;
}
