import { intAttribute } from '../../ir/attributes.ts';
import type { Storage } from '../../ir/program.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, Operand } from '../op-def.ts';
import { dimensionOrder } from '../support/follow-storage.ts';
import { loopsOver, type Walk } from '../support/loops.ts';

/** A reduction as two nests: over the kept dimensions (i0, ...) and, for each, over the reduced ones (k0, ...). */
export interface Reduction {
  readonly x: Operand;
  readonly reduced: readonly number[];
  readonly outer: { readonly sizes: readonly number[]; readonly at: { readonly x: string; readonly y: string } };
  readonly inner: { readonly sizes: readonly number[]; readonly at: { readonly x: string } };
}

/** Shape of x with the dimensions outside `dimensions` set to 1, so that loops leave them out. */
function only(x: Operand, dimensions: readonly number[]): number[] {
  return x.shape.map((size, d) => (dimensions.includes(d) ? size : 1));
}

/** Reads input 0 and splits its dimensions; `write` gets the storage in which the output lies as the input does. */
export function reduction(
  node: Node,
  lower: LowerBuilder,
  axes: readonly number[],
  write: (storage: Storage) => Operand,
): Reduction & { readonly y: Operand } {
  const x = lower.read(0, 'any');
  const rank = x.shape.length;
  const reduced = [...new Set(axes.map((axis) => normalizeAxis(axis, rank)))].sort((a, b) => a - b);
  const kept = x.shape.map((_, d) => d).filter((d) => !reduced.includes(d));
  const keepDims = intAttribute(node, 'keepdims', 1) === 1;
  const order = must(dimensionOrder(x.storage, x.shape), 'one stride per dimension').filter((d) => kept.includes(d));
  const y = write({
    factors: kept.map((d) => x.shape[d]),
    order: order.map((d) => kept.indexOf(d)),
  });
  const yStrides = x.shape.map((_, d) => {
    if (!kept.includes(d)) return 0;
    return y.strides[keepDims ? d : kept.indexOf(d)];
  });
  const walks: Record<'x' | 'y', Walk> = { x: { strides: x.strides }, y: { strides: yStrides } };
  const outer = loopsOver(only(x, kept), 'x', walks);
  const inner = loopsOver(only(x, reduced), 'x', { x: { strides: x.strides } }, { prefix: 'k' });
  return { x, y, reduced, outer, inner };
}
