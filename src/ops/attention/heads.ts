import type { Operand } from '../op-def.ts';

/** Where a tensor keeps row `s` of head `h` of batch `b`; the numbers of a row lie densely. */
export interface Heads {
  readonly operand: Operand;
  readonly batch: number;
  readonly heads: number;
  readonly rows: number;
  readonly size: number;
  readonly steps: readonly [batch: number, head: number, row: number];
}

/** Of a row-major [batch, heads, rows, size], or [batch, rows, heads * size] with `count` heads. */
export function headsOf(operand: Operand, count: number): Heads {
  const { shape } = operand;
  if (shape.length === 4) {
    const [batch, heads, rows, size] = shape as [number, number, number, number];
    return { operand, batch, heads, rows, size, steps: [heads * rows * size, rows * size, size] };
  }
  const [batch, rows, width] = shape as [number, number, number];
  const size = width / count;
  return { operand, batch, heads: count, rows, size, steps: [rows * width, size, width] };
}
