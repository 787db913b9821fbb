import { mergeLoops } from '../../ir/loop-nest.ts';
import type { Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { factorStrides, normalStorage, refine } from '../../ir/storage.ts';

/**
 * Loops that copy a tensor from one storage to another, in the order of the destination's memory; null when their
 * factors have no common split. Row-major has one with every storage.
 */
export function copyNest(from: Storage, to: Storage): { sizes: number[]; strides: number[][] } | null {
  if (elementCount(to.factors) <= 1) return { sizes: [elementCount(to.factors)], strides: [[0, 0]] };
  const wanted = normalStorage(to);
  const source = refine(from, wanted.factors);
  const target = source && refine(wanted, source.storage.factors);
  if (!source || !target) return null;
  const sourceStrides = factorStrides(source.storage);
  const targetStrides = factorStrides(target.storage);
  const order = target.storage.order;
  return mergeLoops(
    order.map((factor) => target.storage.factors[factor]!),
    order.map((factor) => [sourceStrides[factor]!, targetStrides[factor]!]),
  );
}
