import type { Codes } from '../../formats/index.ts';

/** [channel][taps] -> [channel / 4][taps][4], taps in this order. */
export function tapsInFours(weights: Codes, order: readonly number[]): Int8Array {
  const taps = order.length;
  return Int8Array.from(weights, (_, i) => {
    const [group, tap, channel] = [Math.floor(i / (4 * taps)), Math.floor(i / 4) % taps, i % 4];
    return weights[taps * (4 * group + channel) + order[tap]];
  });
}

/** One run for each four channels: four bias; for each tap a word of four int8 weights; four multipliers. */
export function depthwiseStream(
  weights: Codes,
  order: readonly number[],
  bias: Int32Array,
  multiplier: Int32Array,
): Uint32Array {
  const words = new Uint32Array(tapsInFours(weights, order).buffer);
  const [taps, run] = [order.length, order.length + 8];
  const stream = new Uint32Array((run * bias.length) / 4);
  for (let group = 0; group < bias.length / 4; group++) {
    stream.set(bias.subarray(4 * group, 4 * group + 4), run * group);
    stream.set(words.subarray(taps * group, taps * group + taps), run * group + 4);
    stream.set(multiplier.subarray(4 * group, 4 * group + 4), run * group + 4 + taps);
  }
  return stream;
}
