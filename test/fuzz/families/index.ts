import type { Family } from '../family.ts';
import { ATTENTION } from './attention.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { MOVEMENT } from './movement.ts';
import { NORMALIZATION } from './normalization.ts';
import { PRODUCTS } from './products.ts';
import { QUANTIZED } from './quantized.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCTION } from './reduction.ts';
import { SAMPLING } from './sampling.ts';
import { SHAPES } from './shapes.ts';
import { SIGNAL } from './signal.ts';
import { WINDOWS } from './windows.ts';

/** Every way to make a random node, the ones with many attributes more than once. */
export const FAMILIES: readonly Family[] = [
  ...times(1, ELEMENTWISE),
  ...times(2, [...MOVEMENT, ...REDUCTION, ...NORMALIZATION, ...SIGNAL, ...SHAPES, ...QUANTIZED]),
  ...times(4, [...WINDOWS, ...PRODUCTS, ...RECURRENT, ...SAMPLING, ...ATTENTION]),
];

function times(count: number, families: readonly Family[]): Family[] {
  return Array.from({ length: count }, () => families).flat();
}
