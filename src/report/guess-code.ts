import type { Program } from '../ir/program.ts';

/** The code of a float32 model of one kernel is little; int8 brings its requantization, and borders that are cheap to skip. */
const FIRST_BYTES = { float32: 0, int8: 1024 };
const KERNEL_BYTES = 550;
const LAYER_BYTES = 60;

/**
 * Bytes of code, before a compiler ran: kernels are there once, a layer adds what calls them. The numbers are those of the
 * models in docs/benchmarks at -O2, which the guess meets within a factor of two.
 */
export function guessCodeBytes({ calls }: Program, precision: 'float32' | 'int8'): number {
  const kernels = new Set(calls.map(({ kernel, template }) => kernel ?? template));
  return FIRST_BYTES[precision] + kernels.size * KERNEL_BYTES + calls.length * LAYER_BYTES;
}
