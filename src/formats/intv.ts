import { type Codes, type Decoder, type FormatFamily, NO_TABLES, refuseOthers, type WeightFormat } from './format.ts';
import { decodeFields, encodeFields } from './row-fields.ts';
import { oneRow, refuseOrder, walkRows } from './row-order.ts';

const WIDTHS: Decoder = {
  name: 'widths',
  wide: false,
  keeps: false,
  entropy: false,
  instructions: 25,
  layout:
    "Two's complement in the width of the row, the most significant bit first; a segment begins with its place, row and column in two bytes each.",
};

/**
 * Two's complement codes of as many bits as each row needs, 0 to 8. B is what quantizers make the mean of the widths;
 * it says nothing about storage.
 */
export const intVariable: FormatFamily = {
  pattern: 'intv-B',
  summary: "Two's complement codes in 0 to 8 bits, every row in a width of its own; B (1 to 8) is their mean.",
  examples: ['intv-4', 'intv-3'],
  decoders: [WIDTHS],
  find(name) {
    const mean = meanBits(name);
    return mean === null ? null : variableFormat(name, mean);
  },
};

/** B of 'intv-B', 4 or 3.5, or null. */
function meanBits(name: string): number | null {
  const bits = Number(/^intv-([1-8](\.\d{1,2})?)$/.exec(name)?.[1]);
  return bits <= 8 ? bits : null;
}

const BYTES: ReadonlySet<number> = new Set(Array.from({ length: 256 }, (_, i) => i - 128));

function variableFormat(name: string, mean: number): WeightFormat {
  return {
    name,
    bits: null,
    unpack: WIDTHS,
    inline: null,
    grid: { kind: 'widths', bits: mean },
    refuse: (codes, order = oneRow(codes.length)) =>
      refuseOthers(codes, BYTES, 'between -128 and 127') ?? refuseOrder(order),
    encode(codes, segments, order = oneRow(codes.length)) {
      const widths = rowWidths(codes, walkRows(order, codes.length).rows, order.rows);
      const stream = encodeFields(codes, segments, order, { width: (row) => widths[row], symbolOf: (code) => code });
      return { ...NO_TABLES, ...stream, kinds: widths };
    },
    decode(stored, segments, order = oneRow(segments.reduce((a, b) => a + b, 0))) {
      const width = (row: number) => stored.kinds[row];
      const signed = (symbol: number, bits: number) => (bits === 0 ? 0 : (symbol << (32 - bits)) >> (32 - bits));
      return decodeFields(stored, segments, order, { width, codeOf: (symbol, row) => signed(symbol, width(row)) });
    },
  };
}

/** Bits that the codes of each row need. */
function rowWidths(codes: Codes, rowOf: Int32Array, rows: number): number[] {
  const widths = new Array<number>(rows).fill(0);
  codes.forEach((code, i) => {
    widths[rowOf[i]] = Math.max(widths[rowOf[i]], widthOf(code));
  });
  return widths;
}

/** Bits of a code in two's complement; none for zero. */
function widthOf(code: number): number {
  return code === 0 ? 0 : 33 - Math.clz32(code < 0 ? ~code : code);
}
