import type { Operand } from '../op-def.ts';
import { dimensionOrder } from './follow-storage.ts';
import { inLoops, loopsOver } from './loops.ts';

/** All one-dimensional rows along an axis of two operands of one shape: pointers to each row, steps, length. */
export interface Rows {
  readonly x: string;
  readonly xStep: number;
  readonly y: string;
  readonly yStep: number;
  readonly length: number;
  readonly count: number;
  /** y may run in place or below x: rows follow each other in memory and both lie alike. */
  readonly inPlace: boolean;
  /** C lines: `body` once per row. */
  loops(body: readonly string[]): string[];
}

export function rowsAlong(axis: number, x: Operand, y: Operand): Rows {
  const { sizes, at } = loopsOver(
    x.shape.map((size, d) => (d === axis ? 1 : size)),
    'x',
    { x, y },
  );
  const length = x.shape[axis];
  return {
    x: pointer(x.name, at.x),
    xStep: x.strides[axis],
    y: pointer(y.name, at.y),
    yStep: y.strides[axis],
    length,
    count: sizes.reduce((a, b) => a * b, 1),
    inPlace:
      !x.constant && dimensionOrder(x.storage, x.shape)?.at(-1) === axis && x.strides.join() === y.strides.join(),
    loops: (body) => inLoops(sizes, body),
  };
}

/** 'x + i0 * 4' or plain 'x'. */
export function pointer(name: string, index: string): string {
  if (index === '0') return name;
  return index.startsWith('-') ? `${name} ${index.replace('-', '- ')}` : `${name} + ${index}`;
}
