import type { Rows } from './gemm-stream.ts';

/** Weights of few bits in fields of words, which kernels isolate by masks. */
export interface Fields {
  /** Of a field. */
  readonly bits: 4 | 2;
  /** Rows in a half of a word. */
  readonly rows: number;
  /** Sums are 2^left as large, bias as well. */
  readonly left: number;
}

/** Words of a stream, rows rounded up to groups. */
export function fieldStreamWords(rows: number, depth: number, fields: Fields): number {
  return Math.ceil(rows / fields.rows) * (wordsOf(depth, fields) + 2 * fields.rows);
}

function wordsOf(depth: number, { bits, rows }: Fields): number {
  return (depth * bits * rows) / 32;
}

/**
 * What kernels read that isolate fields, one run for each group of rows: words; bias; multipliers. A half has a field for each row of
 * a column, and where there is room of the next one: of each four columns i, the words of columns (i, i + 2) and (i + 1, i + 3), or
 * one word of both. Fields are `bits` wide and hold w + 2^(bits - 1), but the highest of a half that has one column, which holds w:
 * nn_dense_4x8_int4, nn_gemm_4x2_int4 and nn_dense_8x4_int2 get at it by what is left of the half. depth: a multiple of four.
 */
export function fieldStream({ rows, depth, weight, bias, multiplier }: Rows, fields: Fields): Uint32Array {
  const { bits, rows: block, left } = fields;
  const stream = new Uint32Array(fieldStreamWords(rows, depth, fields));
  const width = bits * block;
  const field = (row: number, column: number, last: boolean) => {
    const code = row < rows ? weight(row, column) : 0;
    return (last ? code : code + 2 ** (bits - 1)) & (2 ** bits - 1);
  };
  const half = (first: number, column: number) => {
    let value = 0;
    for (let r = 0; r < block; r++) value |= field(first + r, column, width === 16 && r === block - 1) << (bits * r);
    return value;
  };
  let position = 0;
  for (let o = 0; o < rows; o += block) {
    for (let i = 0; i < depth; i += 4) {
      const [even, odd] = [i, i + 1].map((column) => half(o, column) | (half(o, column + 2) << 16));
      if (width === 16) stream.set([even, odd], position);
      else stream[position] = even | (odd << width);
      position += width / 8;
    }
    for (let r = 0; r < block; r++) {
      stream[position + r] = (bias[o + r] ?? 0) * 2 ** left;
      stream[position + block + r] = multiplier[o + r] ?? 0;
    }
    position += 2 * block;
  }
  return stream;
}

/** Numbers of kernels: `by` as often as large, and as text how to shift a sum that begins at a bit: from4 is ', asr #3' for left = 1. */
export function fieldNumbers(left: number): { readonly [name: string]: string | number } {
  const shifts = Array.from({ length: 8 }, (_, i) => [`from${2 * i}`, shiftText(2 * i - left)]);
  return { by: 2 ** left, ...Object.fromEntries(shifts) };
}

function shiftText(right: number): string {
  if (right === 0) return '';
  return right > 0 ? `, asr #${right}` : `, lsl #${-right}`;
}
