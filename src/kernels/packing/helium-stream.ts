import type { FieldBits } from '../helium-variants.ts';
import type { Rows } from './gemm-stream.ts';

/** Columns of a step. */
export const LANES = 16;

/** How a kernel reads rows of weights. */
export interface HeliumRows {
  readonly bits: FieldBits;
  /** Rows of a block, in the order of their multipliers. */
  readonly order: readonly number[];
}

/** Columns that the kernels read. */
export function lanesOf(depth: number): number {
  return LANES * Math.ceil(depth / LANES);
}

/** Bytes of a stream, rows rounded up to blocks. */
export function heliumStreamBytes(rows: number, depth: number, { bits, order }: HeliumRows): number {
  return order.length * Math.ceil(rows / order.length) * ((lanesOf(depth) * bits) / 8 + 8);
}

/**
 * What the Helium kernels read, for each block of rows: their bias, weights [step][row][16], their multipliers, those of row
 * order[i] at i. Weights of few bits: 8 / bits rows to a byte, the first in its lowest bits; sums are 2^(8 - bits) as large, bias as
 * well. Rows and columns that are not there are zeros.
 */
export function heliumStream({ rows, depth, weight, bias, multiplier }: Rows, layout: HeliumRows): Uint32Array {
  const { bits, order } = layout;
  const [block, fields] = [order.length, 8 / bits];
  const bytes = new DataView(new ArrayBuffer(heliumStreamBytes(rows, depth, layout)));
  let position = 0;
  const word = (value: number | undefined) => {
    bytes.setInt32(position, value ?? 0, true);
    position += 4;
  };
  const field = (row: number, column: number) =>
    row < rows && column < depth ? weight(row, column) & (2 ** bits - 1) : 0;
  for (let o = 0; o < rows; o += block) {
    for (let r = 0; r < block; r++) word((bias[o + r] ?? 0) * 2 ** (8 - bits));
    for (let step = 0; step < depth; step += LANES) {
      for (let i = 0; i < (block / fields) * LANES; i++) {
        const [row, column] = [o + fields * Math.floor(i / LANES), step + (i % LANES)];
        let byte = 0;
        for (let f = 0; f < fields; f++) byte |= field(row + f, column) << (bits * f);
        bytes.setUint8(position++, byte);
      }
    }
    for (const r of order) word(multiplier[o + r]);
  }
  return new Uint32Array(bytes.buffer);
}
