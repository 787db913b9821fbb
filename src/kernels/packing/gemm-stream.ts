/** Rows of weights of a layer or of one group of it, with what follows the sums. */
export interface Rows {
  readonly rows: number;
  /** Columns that the kernel reads: those of the weights, rounded up. */
  readonly depth: number;
  weight(row: number, column: number): number;
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
}

/** Words of a stream, rows rounded up to fours. */
export function streamWords(rows: number, depth: number): number {
  return Math.ceil(rows / 4) * (depth + 8);
}

/**
 * What nn_gemm_4x2_s8 and nn_dense_rows_s8 read, one run for each four rows: bias 0 and 2; of each four columns i the words of
 * columns (i, i + 2) and (i + 1, i + 3), rows (0, 1) before rows (2, 3), a half being 256 * w1 + w0; bias 1 and 3; four
 * multipliers. Rows and columns that are not there are zeros.
 */
export function gemmStream({ rows, depth, weight, bias, multiplier }: Rows): Uint32Array {
  const stream = new Uint32Array(streamWords(rows, depth));
  let position = 0;
  const put = (word: number) => {
    stream[position++] = word;
  };
  for (let o = 0; o < rows; o += 4) {
    const code = (row: number, column: number) => (row < rows ? weight(row, column) : 0);
    const half = (row: number, column: number) => (256 * code(row + 1, column) + code(row, column)) & 0xffff;
    put(bias[o] ?? 0);
    put(bias[o + 2] ?? 0);
    for (let i = 0; i < depth; i += 4) {
      for (const column of [i, i + 1]) {
        for (const row of [o, o + 2]) put(half(row, column) | (half(row, column + 2) << 16));
      }
    }
    put(bias[o + 1] ?? 0);
    put(bias[o + 3] ?? 0);
    for (let r = 0; r < 4; r++) put(multiplier[o + r] ?? 0);
  }
  return stream;
}
