import type { Tensor } from '../../ir/types.ts';
import { numbers } from './definition.ts';

export type Row = Float64Array;
/** By batch and head. */
export type HeadRows = Row[][][];

/** Of [batch, heads, rows, size] or [batch, rows, heads * size]. */
export function headRows({ shape, ...tensor }: Tensor, heads: number): HeadRows {
  const x = numbers([{ shape, ...tensor }], 0)!;
  const flat = shape.length === 3;
  const count = flat ? heads : shape[1]!;
  const rows = shape.at(-2)!;
  const size = flat ? shape[2]! / heads : shape[3]!;
  const from = (b: number, h: number, r: number) =>
    (flat ? (b * rows + r) * count + h : (b * count + h) * rows + r) * size;
  const list = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));
  return list(shape[0]!, (b) => list(count, (h) => list(rows, (r) => x.subarray(from(b, h, r), from(b, h, r) + size))));
}
