import type { Storage } from '../../ir/program.ts';
import { elementCount } from '../../ir/shape.ts';
import { factorStrides, normalStorage, refine } from '../../ir/storage.ts';
import { mergeLoops } from '../../ops/support/loop-nest.ts';
import { invariant } from '../../support/errors.ts';

/** Loops that copy a tensor from one storage to another, in the order of the destination's memory. */
export function copyNest(from: Storage, to: Storage): { sizes: number[]; strides: number[][] } {
  if (elementCount(to.factors) <= 1) return { sizes: [elementCount(to.factors)], strides: [[0, 0]] };
  const wanted = normalStorage(to);
  const source = refine(normalStorage(from), wanted.factors);
  const target = source && refine(wanted, source.storage.factors);
  invariant(source && target, 'storages without a common split cannot be copied in one step');
  const sourceStrides = factorStrides(source.storage);
  const targetStrides = factorStrides(target.storage);
  const order = target.storage.order;
  return mergeLoops(
    order.map((factor) => target.storage.factors[factor]!),
    order.map((factor) => [sourceStrides[factor]!, targetStrides[factor]!]),
  );
}
