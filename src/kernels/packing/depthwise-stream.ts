import type { Codes } from '../../formats/index.ts';

/** Columns of a row of taps in the order in which nn_depthwise3x3_pixel_s8 loads them. */
const COLUMNS = [1, 2, 0];

/** [channel][3][3] -> [channel / 4][9][4], the columns of each row as the kernel loads them. */
export function tapsInFours(weights: Codes): Int8Array {
  return Int8Array.from(weights, (_, i) => {
    const [group, tap, channel] = [Math.floor(i / 36), Math.floor(i / 4) % 9, i % 4];
    return weights[9 * (4 * group + channel) + 3 * Math.floor(tap / 3) + COLUMNS[tap % 3]];
  });
}

/**
 * What nn_depthwise3x3_pixel_s8 reads, one run for each four channels: four bias; nine words of four int8 weights each;
 * four multipliers. 17 bytes for each channel. weights: [channel][3][3].
 */
export function depthwiseStream(weights: Codes, bias: Int32Array, multiplier: Int32Array): Uint32Array {
  const taps = new Uint32Array(tapsInFours(weights).buffer);
  const stream = new Uint32Array((17 * bias.length) / 4);
  for (let group = 0; group < bias.length / 4; group++) {
    stream.set(bias.subarray(4 * group, 4 * group + 4), 17 * group);
    stream.set(taps.subarray(9 * group, 9 * group + 9), 17 * group + 4);
    stream.set(multiplier.subarray(4 * group, 4 * group + 4), 17 * group + 13);
  }
  return stream;
}
