import type { Codes, RowOrder } from '../../formats/index.ts';

/**
 * Rows of codes in the order in which the kernels read them. Four rows make a block; within it every four
 * columns lie together: [block][column / 4][row of 4][4], then the columns % 4 that remain: [row of 4][columns % 4].
 * Rows that do not fill a block follow one by one. No byte is added.
 */
export function packRows(codes: Codes, rows: number, columns: number): Codes {
  const packed = codes.slice();
  const whole = columns - (columns % 4);
  let position = 0;
  const put = (row: number, from: number, to: number) => {
    for (let column = from; column < to; column++) packed[position++] = codes[row * columns + column];
  };
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    for (let column = 0; column < whole; column += 4) for (let r = 0; r < 4; r++) put(row + r, column, column + 4);
    for (let r = 0; r < 4; r++) put(row + r, whole, columns);
  }
  for (; row < rows; row++) put(row, 0, columns);
  return packed;
}

/** packRows() with every four columns as 0, 2, 1, 3: bytes 0 and 2 of a word widen together, then 1 and 3. */
export function packRowsForPairs(codes: Codes, rows: number, columns: number): Codes {
  const packed = packRows(codes, rows, columns);
  const whole = columns - (columns % 4);
  const exchange = (from: number, count: number) => {
    for (let at = from; at < from + count; at += 4) {
      [packed[at + 1], packed[at + 2]] = [packed[at + 2], packed[at + 1]];
    }
  };
  let row = 0;
  for (; row + 4 <= rows; row += 4) exchange(row * columns, 4 * whole);
  for (; row < rows; row++) exchange(row * columns, whole);
  return packed;
}

/** The rows of each group packed by themselves. */
export function packGroups(codes: Codes, { rows, perGroup, depth }: RowOrder, pack = packRows): Codes {
  const packed = codes.slice();
  for (let first = 0; first < rows; first += perGroup) {
    const from = first * depth;
    packed.set(pack(codes.subarray(from, from + perGroup * depth), perGroup, depth), from);
  }
  return packed;
}
