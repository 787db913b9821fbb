import { BitReader, BitWriter } from './bits.ts';
import { type Codes, type Decoder, joinSegments, NO_TABLES, type StoredWeights, splitSegments } from './format.ts';
import { codeWords, type PrefixCode } from './prefix-code.ts';

/** Code words of a prefix code, the most significant bit first. */
export function encodeWords(codes: Codes, segments: readonly number[], code: PrefixCode): StoredWeights {
  const words = codeWords(code);
  const packed = splitSegments(codes, segments).map((segment) => {
    const writer = new BitWriter();
    for (const value of segment) {
      const { word, bits } = words.get(value) ?? { word: 0, bits: 0 };
      writer.put(word, bits);
    }
    return writer.bytes();
  });
  return {
    ...NO_TABLES,
    ...joinSegments(packed),
    values: code.values,
    counts: code.lengths,
    bits: code.lengths.length,
  };
}

/** nn_unpack_words: it keeps the words of up to 6 bits in a table. */
export const WORDS: Decoder = {
  name: 'words',
  wide: true,
  keeps: true,
  entropy: true,
  instructions: 10,
  slow: { name: 'long words', instructions: 55 },
  layout:
    'Words of a canonical prefix code of at most 12 bits, the most significant bit first: words of equal length are consecutive numbers in the order of the table of codes, shorter ones lie before longer ones. A second table tells how many words have 1, 2, 3, ... bits. The C looks up words of up to 6 bits, four at a time where there are no longer ones, so the encoder keeps to 6 where that takes at most 1 % more.',
};

/** Bits that match no word stand for 0. */
export function decodeWords(stored: StoredWeights, segments: readonly number[]): Int16Array {
  const values = new Map(
    [...codeWords({ values: stored.values, lengths: stored.counts })].map(([value, { word, bits }]) => [
      `${bits}:${word}`,
      value,
    ]),
  );
  const decodeOne = (reader: BitReader): number => {
    let word = 0;
    for (let bits = 1; bits <= stored.counts.length; bits++) {
      word = (word << 1) | reader.take(1);
      const value = values.get(`${bits}:${word}`);
      if (value !== undefined) return value;
    }
    return 0;
  };
  return Int16Array.from(
    segments.flatMap((count, i) => {
      const reader = new BitReader(stored.bytes.subarray(stored.offsets[i]));
      return Array.from({ length: count }, () => decodeOne(reader));
    }),
  );
}
