import { invariant } from '../../support/errors.ts';

/**
 * ACIQ's rule for bins: B_c in proportion to spread_c^(2/3), bits = round(log2 B_c), 0 .. 8. Rounding drifts, so the
 * target moves by half of what is missing until the mean is within 0.01 of `meanBits`, at most ten times.
 */
export function paperBits(spreads: ArrayLike<number>, meanBits: number): number[] {
  const shares = Array.from(spreads, (spread) => spread ** (2 / 3));
  const total = shares.reduce((a, b) => a + b, 0);
  let target = meanBits;
  let bits: number[] = [];
  for (let round = 0; round < 10; round++) {
    const bins = shares.length * 2 ** target;
    bits = shares.map((share) => Math.min(Math.max(Math.round(Math.log2((bins * share) / total)), 0), 8));
    const missing = meanBits - bits.reduce((a, b) => a + b, 0) / bits.length;
    if (Math.abs(missing) < 0.01) break;
    target += missing / 2;
  }
  return bits;
}

/** What a channel may have: its bytes and its error for each choice, from the smallest to the largest. */
export interface ChannelChoices {
  readonly bytes: readonly number[];
  readonly errors: readonly number[];
}

/**
 * The choice of every channel with the least total error within `budget` bytes: starting from the smallest, the next
 * step always goes to the channel where a byte takes away most error. Optimal up to the last step where errors fall
 * ever more slowly; a choice that is worse than a larger neighbour's line is skipped over.
 * @returns the index of each channel's choice
 */
export function allocateBytes(channels: readonly ChannelChoices[], budget: number): number[] {
  const chosen = channels.map(() => 0);
  let left = budget - channels.reduce((sum, { bytes }) => sum + bytes[0], 0);
  invariant(left >= 0, `the smallest choices need ${budget - left} bytes, more than ${budget}`);
  for (;;) {
    const steps = channels.map((channel, c) => bestStep(channel, chosen[c], left));
    const gains = steps.map((step) => step?.gain ?? 0);
    const best = gains.indexOf(Math.max(...gains));
    const step = steps[best];
    if (!step || step.gain <= 0) return chosen;
    left -= channels[best].bytes[step.to] - channels[best].bytes[chosen[best]];
    chosen[best] = step.to;
  }
}

/** The affordable larger choice with the most error taken away per byte. */
function bestStep({ bytes, errors }: ChannelChoices, from: number, left: number): { to: number; gain: number } | null {
  let best: { to: number; gain: number } | null = null;
  for (let to = from + 1; to < bytes.length; to++) {
    const cost = bytes[to] - bytes[from];
    const gain = (errors[from] - errors[to]) / Math.max(cost, Number.MIN_VALUE);
    if (cost <= left && gain > (best?.gain ?? 0)) best = { to, gain };
  }
  return best;
}
