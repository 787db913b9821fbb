import { invariant } from '../support/errors.ts';

/**
 * The data, which a kernel will read `length` elements of, by its geometry and not by theirs. Whatever rules and passes
 * let through, no table is shorter than what reads it.
 */
export function ofLength<T extends { readonly length: number }>(length: number, data: T, what: string): T {
  invariant(data.length === length, `${what}: ${data.length} elements where the kernel reads ${length}`);
  return data;
}
