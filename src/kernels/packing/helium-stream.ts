import type { Rows } from './gemm-stream.ts';

/** Columns of a step. */
export const LANES = 16;

/** Columns that the kernels read. */
export function lanesOf(depth: number): number {
  return LANES * Math.ceil(depth / LANES);
}

/** Bytes of a stream, rows rounded up to a multiple of `block`. */
export function heliumStreamBytes(rows: number, depth: number, block: number): number {
  return block * Math.ceil(rows / block) * (lanesOf(depth) + 8);
}

/**
 * What the Helium kernels read, for each `order.length` rows: their bias, weights [step][row][16], their multipliers, those of
 * row order[i] at i. Rows and columns that are not there are zeros.
 */
export function heliumStream({ rows, depth, weight, bias, multiplier }: Rows, order: readonly number[]): Uint32Array {
  const block = order.length;
  const bytes = new DataView(new ArrayBuffer(heliumStreamBytes(rows, depth, block)));
  let position = 0;
  const word = (value: number | undefined) => {
    bytes.setInt32(position, value ?? 0, true);
    position += 4;
  };
  for (let o = 0; o < rows; o += block) {
    for (let r = 0; r < block; r++) word(bias[o + r]);
    for (let step = 0; step < depth; step += LANES) {
      for (let i = 0; i < block * LANES; i++) {
        const [row, column] = [o + Math.floor(i / LANES), step + (i % LANES)];
        bytes.setInt8(position++, row < rows && column < depth ? weight(row, column) : 0);
      }
    }
    for (const r of order) word(multiplier[o + r]);
  }
  return new Uint32Array(bytes.buffer);
}
