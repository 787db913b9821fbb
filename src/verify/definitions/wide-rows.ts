import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { Tensor, TypedArray } from '../../ir/types.ts';
import { type Defined, type Definition, LARGEST, numbers, withBeyond } from './definition.ts';
import { headRows, type Row } from './head-rows.ts';

/** RotaryEmbedding: two products to an element, of which both may leave float32 before one is taken from the other. */
export const rotary: Definition = (_, inputs, { ofC, ofRuntime }) => {
  const [x] = inputs;
  if (!x) return null;
  const factor = Math.max(largest(inputs[1]), largest(inputs[2]));
  const sizes = rowsOf(x).map((row) => 2 * factor * row.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
  return wide(ofC, ofRuntime, sizes);
};

/**
 * Attention: scores of a query whose products with keys leave float32 together, or with what the mask adds; onnxruntime scales queries
 * and keys before it multiplies them. The result is a mean of values, whose sum may leave it.
 */
export const attention: Definition = (node, inputs, { output, ofC, ofRuntime }) => {
  const [q, k, v, mask, pastKeys, pastValues] = inputs;
  if (!q || !k || !v || output === 1 || output === 2) return null;
  const heads = intAttribute(node, 'q_num_heads', 0);
  const ofKeys = intAttribute(node, 'kv_num_heads', 0);
  const [queries, keys, values] = [headRows(q, heads), headRows(k, ofKeys), headRows(v, ofKeys)];
  const [older, olderValues] = [pastKeys && headRows(pastKeys, 0), pastValues && headRows(pastValues, 0)];
  const added = mask?.dtype === 'f32' ? largest(mask) : 0;
  const scale = Math.max(1, Math.abs(floatAttribute(node, 'scale', 1)));
  const sizes = queries.map((batch, b) =>
    batch.map((head, h) => {
      const group = Math.floor((h * keys[b]!.length) / batch.length);
      const most = (...lists: (readonly Row[] | undefined)[]) =>
        Math.max(...lists.flatMap((rows) => rows ?? []).map(largestIn));
      const key = most(keys[b]![group], older?.[b]?.[group]);
      const value = most(values[b]![group], olderValues?.[b]?.[group]);
      const count = keys[b]![group]!.length + (older?.[b]?.[group]?.length ?? 0);
      return head.map((row) => Math.max(value * count, scale * key * sumOf(row) + added));
    }),
  );
  const [queriesEach, width] = [queries[0]![0]!.length, ofC.length / queries.flat(2).length];
  const flat = output === 0 && q.shape.length === 3;
  const sizeOf = (i: number) => {
    const row = Math.floor(i / width);
    const [outer, inner] = flat ? [queriesEach, heads] : [queries[0]!.length, queriesEach];
    const [b, one, other] = [Math.floor(row / (outer * inner)), Math.floor(row / inner) % outer, row % inner];
    return flat ? sizes[b]![other]![one]! : sizes[b]![one]![other]!;
  };
  return withBeyond(Float64Array.from(ofRuntime as Float32Array), ofC, (i) => sizeOf(i) > BEYOND);
};

/** Sums from here on are rounded to infinity. */
const BEYOND = LARGEST + 2 ** 102;

function sumOf(row: Row): number {
  return row.reduce((sum, x) => sum + (Number.isFinite(x) ? Math.abs(x) : 0), 0);
}

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

function largest(tensor: Tensor | null | undefined): number {
  return tensor ? largestIn(numbers([tensor], 0)!) : 0;
}

/** Of what is finite; an infinity is judged as any number. */
function largestIn(row: Row): number {
  return row.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
}
