import { type Codes, type Decoder, type FormatFamily, NO_TABLES, type WeightFormat } from './format.ts';
import { decodeFields, encodeFields } from './row-fields.ts';
import { oneRow, refuseOrder, walkRows } from './row-order.ts';

const TABLES: Decoder = {
  name: 'tables',
  wide: true,
  keeps: false,
  entropy: false,
  instructions: 26,
  layout:
    'An index for each weight into the table of its row, the most significant bit first; a segment begins with its place, row and column in two bytes each.',
};

/** G tables of at most K codes, each for an equal share of neighbouring rows; each weight is an index of ceil(log2 K) bits. */
export const codebookGroups: FormatFamily = {
  pattern: 'codebook-K/G',
  summary: 'codebook-K with G tables, 2 to 16, each for an equal share of neighbouring rows.',
  bits: 'ceil(log2 K)',
  examples: ['codebook-16/4'],
  decoders: [TABLES],
  find(name) {
    const size = groupsOf(name);
    return size && groupedFormat(name, size);
  },
};

interface CodebookGroups {
  readonly entries: number;
  readonly tables: number;
}

/** K and G of 'codebook-K/G', or null. */
function groupsOf(name: string): CodebookGroups | null {
  const match = /^codebook-([1-9]\d{0,2})\/([1-9]\d?)$/.exec(name);
  const [entries, tables] = [Number(match?.[1]), Number(match?.[2])];
  return entries >= 2 && entries <= 256 && tables >= 2 && tables <= 16 ? { entries, tables } : null;
}

/** Which table a row uses. */
export function tableOfRow(row: number, rows: number, tables: number): number {
  return Math.floor((row * tables) / rows);
}

function groupedFormat(name: string, { entries, tables }: CodebookGroups): WeightFormat {
  const bits = Math.ceil(Math.log2(entries));
  const width = () => bits;
  return {
    name,
    bits: null,
    unpack: TABLES,
    inline: null,
    grid: { kind: 'values', entries, tables },
    refuse(codes, order = oneRow(codes.length)) {
      const { rows } = walkRows(order, codes.length);
      const sizes = tableValues(codes, rows, order.rows, tables).map(({ length }) => length);
      const largest = Math.max(...sizes);
      if (largest <= entries) return refuseOrder(order);
      return `group ${sizes.indexOf(largest)} of its rows has ${largest} different codes, more than ${entries}`;
    },
    encode(codes, segments, order = oneRow(codes.length)) {
      const values = tableValues(codes, walkRows(order, codes.length).rows, order.rows, tables);
      const indices = values.map((table) => new Map(table.map((value, index) => [value, index])));
      const kinds = Array.from({ length: order.rows }, (_, row) => tableOfRow(row, order.rows, tables));
      const symbolOf = (code: number, row: number) => indices[kinds[row]].get(code) ?? 0;
      // Filled up with zeros, so that no index leaves its table.
      const filled = values.flatMap((table) => Array.from({ length: 2 ** bits }, (_, i) => table[i] ?? 0));
      const stream = encodeFields(codes, segments, order, { width, symbolOf });
      return { ...NO_TABLES, ...stream, values: filled, bits, kinds };
    },
    decode(stored, segments, order = oneRow(segments.reduce((a, b) => a + b, 0))) {
      const codeOf = (symbol: number, row: number) => stored.values[(stored.kinds[row] << bits) + symbol];
      return decodeFields(stored, segments, order, { width, codeOf });
    },
  };
}

/** The distinct codes of each table's rows, ascending. */
function tableValues(codes: Codes, rowOf: Int32Array, rows: number, tables: number): number[][] {
  const sets = Array.from({ length: tables }, () => new Set<number>());
  codes.forEach((code, i) => {
    sets[tableOfRow(rowOf[i], rows, tables)].add(code);
  });
  return sets.map((set) => [...set].sort((a, b) => a - b));
}
