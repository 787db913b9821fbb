import type { Codes } from '../../formats/index.ts';

/** Of a vector of codes. */
export const LANES = 16;

/** Bytes of the stream for 16 channels: weights, bias, multipliers. */
export function groupBytes(taps: number): number {
  return LANES * (taps + 8);
}

interface Layer {
  /** [channel][tap] */
  readonly weights: Codes;
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
}

/**
 * What the depthwise kernels of Helium read, for 16 channels from each of `starts` on (the first channels again behind the last):
 * weights [taps][16], null being one of zeros; bias and multipliers, both [4][4], channel 4 i + k at [k][i].
 */
export function depthwiseHeliumStream(
  { weights, bias, multiplier }: Layer,
  taps: readonly (number | null)[],
  starts: readonly number[],
): Uint32Array {
  const channels = bias.length;
  const depth = weights.length / channels;
  const bytes = groupBytes(taps.length);
  const stream = new DataView(new ArrayBuffer(bytes * starts.length));
  starts.forEach((start, group) => {
    for (let lane = 0; lane < LANES; lane++) {
      const channel = (start + lane) % channels;
      const word = bytes * group + LANES * taps.length + 4 * (4 * (lane % 4) + Math.floor(lane / 4));
      stream.setInt32(word, bias[channel], true);
      stream.setInt32(word + 4 * LANES, multiplier[channel], true);
      taps.forEach((tap, slot) => {
        const code = tap === null ? 0 : weights[depth * channel + tap];
        stream.setInt8(bytes * group + LANES * slot + lane, code);
      });
    }
  });
  return new Uint32Array(stream.buffer);
}

/** First channels of vectors. */
export function startsOf(channels: number): number[] {
  return Array.from({ length: Math.ceil(channels / LANES) }, (_, group) => LANES * group);
}

/**
 * Taps in pairs in which no channel has two weights of -128: two products of -128 and -128 would not fit the 16 bits that they share.
 * A tap that goes with no other has null beside it.
 */
export function pairedTaps(weights: Codes, depth: number): (number | null)[] {
  const left = Array.from({ length: depth }, (_, tap) => tap);
  const pairs: (number | null)[] = [];
  for (let tap = left.shift(); tap !== undefined; tap = left.shift()) {
    const first = tap;
    const other = left.find((one) => !clash(weights, depth, first, one)) ?? null;
    if (other !== null) left.splice(left.indexOf(other), 1);
    pairs.push(tap, other);
  }
  return pairs;
}

const ROW_ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** An order of the rows of kernels of 3x3 in which taps 0 and 1, 2 and 3, 4 and 5, 6 and 7 are such pairs; null where there is none. */
export function rowOrder(weights: Codes): readonly number[] | null {
  const isPair = (taps: readonly number[], pair: number) => !clash(weights, 9, taps[pair], taps[pair + 1]);
  return ROW_ORDERS.find((rows) => [0, 2, 4, 6].every((pair) => isPair(tapsOf(rows), pair))) ?? null;
}

/** Taps of 3x3 in the order in which their rows lie. */
export function tapsOf(rows: readonly number[]): readonly number[] {
  return rows.flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2]);
}

function clash(weights: Codes, depth: number, a: number, b: number): boolean {
  for (let at = 0; at < weights.length; at += depth) {
    if (weights[at + a] === -128 && weights[at + b] === -128) return true;
  }
  return false;
}
