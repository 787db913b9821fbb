import { type Codes, joinSegments, type StoredWeights, splitSegments } from './format.ts';

/**
 * Several small digits in a byte, in an order that suits kernels which read four weights of four rows in turn: groups of
 * 4 * perByte symbols take 4 bytes; symbol k of a group is digit floor(k / bytes) of byte k % bytes, the first digit
 * being the highest. So a word's first digits are four neighbours, its second digits the next four, and so on. The last
 * group of a segment takes as many bytes as it needs.
 *
 * byte = ceil(256 * number / base^perByte): the next digit is always (byte * base) >> 8, the rest is (byte * base) & 255.
 * For powers of two that is shifting; for base 3, 5 digits to a byte, it spares the division.
 */
export interface DigitCoder {
  readonly base: number;
  readonly perByte: number;
}

/** For people. */
export const GROUPS =
  'the first digits of the bytes are the first four weights, their second digits the next four. The last group has as many bytes as it needs.';

export const NIBBLES: DigitCoder = { base: 16, perByte: 2 };
export const PAIRS: DigitCoder = { base: 4, perByte: 4 };
export const TRITS: DigitCoder = { base: 3, perByte: 5 };

/** Symbols 0 .. base - 1 of each code. */
export function encodeDigits(
  codes: Codes,
  segments: readonly number[],
  coder: DigitCoder,
  symbolOf: (code: number) => number,
): Pick<StoredWeights, 'bytes' | 'offsets'> {
  const symbols = Uint8Array.from(codes, symbolOf);
  return joinSegments(splitSegments(symbols, segments).map((segment) => packDigits(segment, coder)));
}

export function decodeDigits(
  { bytes, offsets }: StoredWeights,
  segments: readonly number[],
  coder: DigitCoder,
  codeOf: (symbol: number) => number,
): Int16Array {
  const symbols = segments.flatMap((count, i) => [...unpackDigits(bytes.subarray(offsets[i]), count, coder)]);
  return Int16Array.from(symbols, codeOf);
}

function packDigits(symbols: Uint8Array, { base, perByte }: DigitCoder): Uint8Array {
  const group = 4 * perByte;
  const packed: number[] = [];
  for (let first = 0; first < symbols.length; first += group) {
    const run = symbols.subarray(first, first + group);
    const bytes = Math.ceil(run.length / perByte);
    for (let b = 0; b < bytes; b++) {
      let number = 0;
      for (let digit = 0; digit < perByte; digit++) number = number * base + (run[b + digit * bytes] ?? 0);
      packed.push(Math.ceil((number * 256) / base ** perByte));
    }
  }
  return Uint8Array.from(packed);
}

function unpackDigits(bytes: Uint8Array, count: number, { base, perByte }: DigitCoder): Uint8Array {
  const symbols = new Uint8Array(count);
  let at = 0;
  for (let first = 0; first < count; first += 4 * perByte) {
    const run = Math.min(count - first, 4 * perByte);
    const width = Math.ceil(run / perByte);
    for (let b = 0; b < width; b++) {
      let rest = bytes[at++];
      for (let k = b; k < run; k += width) {
        symbols[first + k] = (rest * base) >> 8;
        rest = (rest * base) & 255;
      }
    }
  }
  return symbols;
}
