/**
 * Bits that the ends of a range keep: steps of 1/256 to 1/128 of the end, so ranges get 0.3 % wider on average. Accuracy does
 * not tell 8 from more: on examples/shapes, means of six calibration sets and 4,000 test samples are 88.8 % in ternary with
 * 8 bits, 88.7, 88.9, 89.2 and 89.6 % with 9, 10, 12 and 14, 89.1 % unrounded, where one calibration set differs from another
 * by 1 point or more; int3 97.4 % against 97.2 % unrounded, int4 98.1 % against 98.2 %.
 */
const SIGNIFICANT_BITS = 8;

/** Part of an end that counts as noise: a little more than 1, 6 or 255, which are steps, stays there. */
const NOISE = 2 ** -18;

/**
 * The range with its ends rounded away from 0 to few bits. A difference of 1e-6, more than there is between the float
 * kernels of different processors, moves one end in three thousand.
 */
export function steadyRange({ min, max }: { readonly min: number; readonly max: number }): {
  min: number;
  max: number;
} {
  return { min: awayFromZero(min), max: awayFromZero(max) };
}

function awayFromZero(x: number): number {
  if (x === 0) return 0;
  const magnitude = Math.abs(x) * (1 - NOISE);
  const step = 2 ** (Math.floor(Math.log2(magnitude)) + 1 - SIGNIFICANT_BITS);
  return Math.sign(x) * step * Math.ceil(magnitude / step);
}
