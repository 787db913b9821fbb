import { HELIUM_READINGS, type HeliumCodes } from '../helium-variants.ts';
import type { Rows } from './gemm-stream.ts';
import type { PairTable } from './pair-table.ts';

/** Columns of a step. */
export const LANES = 16;

/** How a kernel reads rows of weights. */
export interface HeliumRows {
  readonly codes: HeliumCodes;
  /** Rows of a block, in the order of their multipliers. */
  readonly order: readonly number[];
}

/** Columns that the kernels read. */
export function lanesOf(depth: number): number {
  return LANES * Math.ceil(depth / LANES);
}

/** Bytes of a stream, rows rounded up to blocks. */
export function heliumStreamBytes(rows: number, depth: number, { codes, order }: HeliumRows): number {
  return order.length * Math.ceil(rows / order.length) * ((lanesOf(depth) * HELIUM_READINGS[codes].bits) / 8 + 8);
}

/**
 * What the Helium kernels read, for each block of rows: their bias, weights [step][row][16], their multipliers, those of row
 * order[i] at i. Fields of few bits: 8 / bits rows to a byte, the first in its lowest bits; sums are 2^left as large, bias as
 * well. Places in a table of pairs: two columns to a byte, the first in its lower half. Rows and columns that are not there are
 * zeros.
 */
export function heliumStream(rows: Rows, layout: HeliumRows, table: PairTable | null): Uint32Array {
  const { bias, multiplier, depth } = rows;
  const block = layout.order.length;
  const { bits, left } = HELIUM_READINGS[layout.codes];
  const bytes = new DataView(new ArrayBuffer(heliumStreamBytes(rows.rows, depth, layout)));
  let position = 0;
  const word = (value: number | undefined) => {
    bytes.setInt32(position, value ?? 0, true);
    position += 4;
  };
  const stepBytes = table ? pairBytes(rows, table) : fieldBytes(rows, bits);
  for (let o = 0; o < rows.rows; o += block) {
    for (let r = 0; r < block; r++) word((bias[o + r] ?? 0) * 2 ** left);
    for (let step = 0; step < depth; step += LANES) {
      for (let i = 0; i < (block * LANES * bits) / 8; i++) bytes.setUint8(position++, stepBytes(o, step, i));
    }
    for (const r of layout.order) word(multiplier[o + r]);
  }
  return new Uint32Array(bytes.buffer);
}

/** Byte i of the step of a block that begins at a row and a column. */
type StepBytes = (row: number, column: number, i: number) => number;

function fieldBytes(rows: Rows, bits: number): StepBytes {
  const fields = 8 / bits;
  return (row, column, i) => {
    const first = row + fields * Math.floor(i / LANES);
    let byte = 0;
    for (let f = 0; f < fields; f++)
      byte |= (codeAt(rows, first + f, column + (i % LANES)) & (2 ** bits - 1)) << (bits * f);
    return byte;
  };
}

function pairBytes(rows: Rows, { placeOf }: PairTable): StepBytes {
  const pairs = LANES / 2;
  return (row, column, i) => {
    const [own, first] = [row + Math.floor(i / pairs), column + 2 * (i % pairs)];
    return placeOf(codeAt(rows, own, first)) | (placeOf(codeAt(rows, own, first + 1)) << 4);
  };
}

function codeAt({ rows, depth, weight }: Rows, row: number, column: number): number {
  return row < rows && column < depth ? weight(row, column) : 0;
}
