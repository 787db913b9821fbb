/** Columns of a row of taps in the order in which nn_depthwise3x3_pixel_s8 loads them. */
const COLUMNS = [1, 2, 0];

/**
 * What nn_depthwise3x3_pixel_s8 reads, one run for each four channels: four bias; nine words of four int8 weights each;
 * four multipliers. 17 bytes for each channel. weights: [channel][3][3].
 */
export function depthwiseStream(weights: ArrayLike<number>, bias: Int32Array, multiplier: Int32Array): Uint32Array {
  const channels = bias.length;
  const stream = new Uint32Array((17 * channels) / 4);
  let position = 0;
  for (let c = 0; c < channels; c += 4) {
    for (let i = 0; i < 4; i++) stream[position++] = bias[c + i];
    for (let row = 0; row < 9; row += 3) {
      for (const column of COLUMNS) {
        const byte = (i: number) => (weights[9 * (c + i) + row + column] & 0xff) << (8 * i);
        stream[position++] = byte(0) | byte(1) | byte(2) | byte(3);
      }
    }
    for (let i = 0; i < 4; i++) stream[position++] = multiplier[c + i];
  }
  return stream;
}
