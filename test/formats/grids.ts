import { type Codes, tableOfRow } from '../../src/formats/index.ts';
import type { Rng } from '../../src/numerics/rng.ts';

/** A format and codes that it can store. */
export interface Grid {
  readonly format: string;
  readonly codes: readonly number[];
  /** Those of one of `rows` rows, where rows differ. */
  readonly ofRow?: (row: number, rows: number) => readonly number[];
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const powers = (count: number) => [0, ...range(0, count - 1).flatMap((e) => [2 ** e, -(2 ** e)])];

const intCodes = (bits: number) => (bits === 0 ? [0] : range(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1));
const tableCodes = (table: number, step: number) => [0, step, -step, 2 * step + table].concat(step === 7 ? [] : 3);

/** Every format once, families of a number with several. */
export const GRIDS: readonly Grid[] = [
  { format: 'int8', codes: range(-128, 127) },
  { format: 'int16', codes: range(-300, 300) },
  { format: 'int4', codes: range(-8, 7) },
  { format: 'int3', codes: range(-4, 3) },
  { format: 'int2', codes: range(-2, 1) },
  { format: 'pow2-5', codes: powers(8) },
  { format: 'pow2-4', codes: powers(4) },
  { format: 'pow2-3', codes: powers(2) },
  { format: 'pow2-2', codes: powers(1) },
  { format: 'pow2p-4', codes: powers(7) },
  { format: 'pow2p-3', codes: powers(3) },
  { format: 'pow2v-5', codes: powers(8) },
  { format: 'pow2v-4', codes: powers(4) },
  { format: 'pow2v-3', codes: powers(2) },
  { format: 'pow2v-2', codes: powers(1) },
  { format: 'ternary', codes: [-1, 0, 1] },
  { format: 'ttq', codes: [-89, 0, 127] },
  { format: 'codebook-2', codes: [-7, 90] },
  { format: 'codebook-5', codes: [-100, -3, 0, 4, 55] },
  { format: 'codebook-16', codes: range(-8, 7).map((i) => 9 * i) },
  { format: 'codebook-100', codes: range(-50, 49).map((i) => 2 * i) },
  { format: 'codebook-256', codes: range(-128, 127) },
  { format: 'codebook-9', codes: range(-4, 4).map((i) => 100 * i) },
  { format: 'int8+huffman', codes: range(-128, 127) },
  { format: 'int4+huffman', codes: range(-8, 7) },
  { format: 'pow2-5+huffman', codes: powers(8) },
  { format: 'ternary+huffman', codes: [-1, 0, 1] },
  { format: 'codebook-40+huffman', codes: range(-20, 19).map((i) => 3 * i) },
  { format: 'intv-4', codes: range(-128, 127), ofRow: (row) => intCodes([8, 4, 0, 3, 1, 5, 7, 2, 6][row % 9]) },
  { format: 'codebook-5/3', codes: range(-2, 2), ofRow: (row, rows) => tableCodes(tableOfRow(row, rows, 3), 40) },
  { format: 'codebook-4/16', codes: range(0, 3), ofRow: (row, rows) => tableCodes(tableOfRow(row, rows, 16), 7) },
  {
    format: 'codebook-3/2',
    codes: range(-1, 1),
    ofRow: (row, rows) => tableCodes(tableOfRow(row, rows, 2), 200).slice(1, 4),
  },
  { format: 'intv-3.5+rans', codes: range(-128, 127) },
  { format: 'int8+rans', codes: range(-128, 127) },
  { format: 'ternary+rans', codes: [-1, 0, 1] },
  { format: 'pow2-5+rans', codes: powers(8) },
  { format: 'int4+rans', codes: range(-8, 7) },
];

/** Codes of a grid, small indices more often than large ones, so that entropy codes have something to gain. */
export function randomCodes(grid: readonly number[], count: number, rng: Rng): Codes {
  const sorted = [...grid].sort((a, b) => Math.abs(a) - Math.abs(b));
  const codes = Array.from({ length: count }, () => sorted[Math.floor(sorted.length * rng.uniform() * rng.uniform())]);
  return fitsByte(grid) ? Int8Array.from(codes) : Int16Array.from(codes);
}

export function fitsByte(codes: ArrayLike<number>): boolean {
  return Array.from(codes).every((code) => code >= -128 && code <= 127);
}
