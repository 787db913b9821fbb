/**
 * In what order the weights of a layer's rows (output channels) lie: row after row, `depth` weights each, of which every
 * four rows of a group make a block, [depth / 4][row of 4][4] and then [row of 4][depth % 4] (see packRows); the rows of
 * a group that are left over follow one by one. Row numbers begin anew after the last one: depthwise weights,
 * [kernel][row], are rows of depth 1. perGroup 1 is row-major.
 */
export interface RowOrder {
  readonly rows: number;
  /** Rows of a group; divides `rows`. */
  readonly perGroup: number;
  readonly depth: number;
}

/** `count` weights of one row. */
export function oneRow(count: number): RowOrder {
  return { rows: 1, perGroup: 1, depth: Math.max(count, 1) };
}

/** Where a weight lies: the first row of its block and the column. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface RowWalk {
  /** The row of each weight. */
  readonly rows: Int32Array;
  /** Of a weight that is the first one of its columns in its block. */
  place(index: number): Place;
}

/** Goes over `count` weights as nn_next_run does. */
export function walkRows({ rows, perGroup, depth }: RowOrder, count: number): RowWalk {
  const rowOf = new Int32Array(count);
  const places = new Map<number, Place>();
  let row = 0;
  for (let at = 0; at < count; ) {
    const height = perGroup - (row % perGroup) >= 4 ? 4 : 1;
    for (let column = 0; column < depth && at < count; column += 4) {
      places.set(at, { row, column });
      const run = Math.min(4, depth - column);
      for (let r = 0; r < height; r++, at += run) rowOf.fill(row + r, at, at + run);
    }
    row = (row + height) % rows;
  }
  return { rows: rowOf, place: (index) => places.get(index) ?? { row: 0, column: 0 } };
}

/** Why a place in this order does not fit two times two bytes, or null. */
export function refuseOrder({ rows, depth }: RowOrder): string | null {
  const largest = Math.max(rows, depth);
  return largest > 65_536 ? `it has ${largest} rows or columns, more than 65536` : null;
}
