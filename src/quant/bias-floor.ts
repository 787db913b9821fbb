/** Most that a bias counts in steps of (input scale * weight scale): the rest of 32 bits is left to the sum of products. */
const MOST_STEPS = 2 ** 29;

/** The weight scale below which a bias would not fit beside the sums of its channel. */
export function biasFloor(bias: number, inputScale: number): number {
  return Math.abs(bias) / (inputScale * MOST_STEPS);
}
