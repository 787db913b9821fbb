/** Most that a bias counts in steps of (input scale * weight scale): the rest of 32 bits is left to the sum of products. */
const MOST_STEPS = 2 ** 29;

/**
 * The weight scale below which a bias would not fit beside the sums of its channel. Coarse codes have larger scales, so that the
 * sums of their layer are shifted left by as much as the largest of them, `largest`, is below 128.
 */
export function biasFloor(bias: number, inputScale: number, largest = 128): number {
  return Math.abs(bias) / (inputScale * MOST_STEPS * Math.min(1, largest / 128));
}
