import { type Codes, distinctCodes, type WeightFormat } from './format.ts';
import { canonicalCode, type PrefixCode, wordLengths } from './prefix-code.ts';
import { decodeWords, encodeWords } from './words.ts';

/** More symbols than any format of few bits has; keeps the table small. */
const MOST_SYMBOLS = 256;

/** The codes of another format in words of 1 to 12 bits, short for the frequent ones. */
export function withHuffman(base: WeightFormat): WeightFormat {
  return {
    name: `${base.name}+huffman`,
    bits: null,
    unpack: 'words',
    inline: null,
    refuse(codes, order) {
      const { length } = distinctCodes(codes);
      if (length > MOST_SYMBOLS) return `it has ${length} different codes; words are for ${MOST_SYMBOLS} at most`;
      return base.refuse(codes, order);
    },
    encode: (codes, segments) => encodeWords(codes, segments, huffmanCode(codes)),
    decode: decodeWords,
  };
}

function huffmanCode(codes: Codes): PrefixCode {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (counts.size === 0) counts.set(0, 1);
  const values = [...counts.keys()].sort((a, b) => a - b);
  return canonicalCode(values, wordLengths(values.map((value) => counts.get(value) ?? 0)));
}
