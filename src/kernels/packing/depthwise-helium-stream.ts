import type { Codes } from '../../formats/index.ts';

/** Of a vector of codes. */
export const LANES = 16;

/** Words of the stream for 16 channels of 3x3: weights, bias, multipliers. */
export const GROUP_WORDS = (9 * LANES) / 4 + 2 * LANES;

interface Layer {
  /** [channel][3][3] */
  readonly weights: Codes;
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
}

/**
 * What nn_depthwise3x3_run_helium_s8 reads, for each 16 channels: weights [9][16], taps in this order; bias and multipliers, both
 * [4][4], channel 4 i + k at [k][i]. The last 16 channels begin early where channels are no multiple of 16; fewer than 16 repeat.
 */
export function depthwiseHeliumStream({ weights, bias, multiplier }: Layer, order: readonly number[]): Uint32Array {
  const channels = bias.length;
  const groups = groupsOf(channels);
  const stream = new DataView(new ArrayBuffer(4 * GROUP_WORDS * groups));
  for (let group = 0; group < groups; group++) {
    const first = Math.max(0, Math.min(LANES * group, channels - LANES));
    for (let lane = 0; lane < LANES; lane++) {
      const channel = (first + lane) % channels;
      const at = 4 * GROUP_WORDS * group;
      order.forEach((tap, slot) => {
        stream.setInt8(at + LANES * slot + lane, weights[9 * channel + tap]);
      });
      const word = at + 9 * LANES + 4 * (4 * (lane % 4) + Math.floor(lane / 4));
      stream.setInt32(word, bias[channel], true);
      stream.setInt32(word + 4 * LANES, multiplier[channel], true);
    }
  }
  return new Uint32Array(stream.buffer);
}

/** Vectors of channels. */
export function groupsOf(channels: number): number {
  return Math.ceil(channels / LANES);
}

const ROW_ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/**
 * An order of the rows of kernels in which taps 0 and 1, 2 and 3, 4 and 5, 6 and 7 have no channel where both weights are -128: two
 * products of -128 and -128 would not fit the 16 bits that they share. Null where there is none.
 */
export function rowOrder(weights: Codes): readonly number[] | null {
  return ROW_ORDERS.find((rows) => PAIRS.every((pair) => !clash(weights, tapsOf(rows), pair))) ?? null;
}

/** Taps in the order in which their rows lie. */
export function tapsOf(rows: readonly number[]): readonly number[] {
  return rows.flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2]);
}

const PAIRS = [0, 2, 4, 6];

function clash(weights: Codes, taps: readonly number[], pair: number): boolean {
  for (let at = 0; at < weights.length; at += 9) {
    if (weights[at + taps[pair]] === -128 && weights[at + taps[pair + 1]] === -128) return true;
  }
  return false;
}
