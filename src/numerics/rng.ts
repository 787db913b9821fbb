/** A reproducible stream of random numbers. */
export interface Rng {
  /** Uniform in 0 .. 2^32 - 1. */
  uint32(): number;
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform integer, both ends included; max - min < 2^53. */
  int(min: number, max: number): number;
  /** Standard normal. */
  normal(): number;
  /** Permutes the array in place, uniformly, and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
}

/** xoshiro128** (Blackman and Vigna, 2018), its state filled from a 32-bit seed by a multiply-xorshift hash. */
export function createRng(seed: number): Rng {
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) state[i] = hash(seed + Math.imul(i + 1, 0x9e3779b9));

  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53;
  const int = (min: number, max: number): number => min + Math.floor(uniform() * (max - min + 1));

  return {
    uint32,
    uniform,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()), // Box and Muller
    shuffle(items) {
      const slots: { [index: number]: unknown } = items;
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(0, i);
        [slots[i], slots[j]] = [slots[j], slots[i]];
      }
      return items;
    },
  };
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

function hash(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
