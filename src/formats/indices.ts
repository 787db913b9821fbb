import { BitReader, BitWriter } from './bits.ts';
import { type Codes, type Decoder, joinSegments, NO_TABLES, type StoredWeights, splitSegments } from './format.ts';

/**
 * Indices of `bits` bits, 1 to 8, into a table of codes, the most significant bit first. The table is filled up with
 * zeros to 2^bits entries, so that no index leaves it.
 */
export function encodeIndices(
  codes: Codes,
  segments: readonly number[],
  bits: number,
  values: readonly number[],
): StoredWeights {
  const indexOf = new Map(values.map((value, index) => [value, index]));
  const packed = splitSegments(codes, segments).map((segment) => {
    const writer = new BitWriter();
    for (const code of segment) writer.put(indexOf.get(code) ?? 0, bits);
    return writer.bytes();
  });
  const table = Array.from({ length: 2 ** bits }, (_, i) => values[i] ?? 0);
  return { ...NO_TABLES, ...joinSegments(packed), values: table, bits };
}

/** nn_unpack_table: an index into a table. */
export const TABLE: Decoder = {
  name: 'table',
  wide: true,
  keeps: false,
  entropy: false,
  instructions: 14,
  layout: 'An index into the table of codes for each weight, the most significant bit first.',
};

export function decodeIndices(
  { bytes, offsets, values, bits }: StoredWeights,
  segments: readonly number[],
): Int16Array {
  return Int16Array.from(
    segments.flatMap((count, i) => {
      const reader = new BitReader(bytes.subarray(offsets[i]));
      return Array.from({ length: count }, () => values[reader.take(bits)]);
    }),
  );
}
