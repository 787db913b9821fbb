import { BitReader, BitWriter } from './bits.ts';
import { type Codes, joinSegments, type StoredWeights, splitSegments } from './format.ts';
import { type RowOrder, walkRows } from './row-order.ts';

/**
 * Fields of bits whose width or meaning depends on the row, the most significant bit first. So that a decoder can begin
 * anywhere, a segment begins with four bytes that tell its place: row and column, each the lower byte first.
 */
export interface Fields {
  width(row: number): number;
}

const PLACE_BYTES = 4;

export function encodeFields(
  codes: Codes,
  segments: readonly number[],
  order: RowOrder,
  { width, symbolOf }: Fields & { symbolOf(code: number, row: number): number },
): Pick<StoredWeights, 'bytes' | 'offsets'> {
  const { rows, place } = walkRows(order, codes.length);
  let at = 0;
  const parts = splitSegments(codes, segments).map((segment) => {
    const writer = new BitWriter();
    const { row, column } = place(at);
    for (const byte of [row & 255, row >> 8, column & 255, column >> 8]) writer.put(byte, 8);
    for (const code of segment) {
      const row = rows[at++];
      writer.put(symbolOf(code, row), width(row));
    }
    return writer.bytes();
  });
  return joinSegments(parts);
}

export function decodeFields(
  { bytes, offsets }: StoredWeights,
  segments: readonly number[],
  order: RowOrder,
  { width, codeOf }: Fields & { codeOf(symbol: number, row: number): number },
): Int16Array {
  const { rows } = walkRows(
    order,
    segments.reduce((a, b) => a + b, 0),
  );
  let at = 0;
  const codes = segments.flatMap((count, i) => {
    const reader = new BitReader(bytes.subarray(offsets[i] + PLACE_BYTES));
    return Array.from({ length: count }, () => {
      const row = rows[at++];
      return codeOf(reader.take(width(row)), row);
    });
  });
  return Int16Array.from(codes);
}
