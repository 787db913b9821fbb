import { must } from '../support/errors.ts';
import { type Codes, distinctCodes, type WeightFormat } from './format.ts';
import { canonicalCode, codeWords, LONGEST_WORD, type PrefixCode, wordLengths } from './prefix-code.ts';
import { decodeWords, encodeWords, WORDS } from './words.ts';

/** More symbols than any format of few bits has; keeps the table small. */
const MOST_SYMBOLS = 256;

/** The codes of another format in words of 1 to 12 bits, short for the frequent ones. */
export function withHuffman(base: WeightFormat): WeightFormat {
  return {
    name: `${base.name}+huffman`,
    bits: null,
    unpack: WORDS,
    inline: null,
    grid: base.grid,
    refuse(codes, order) {
      const { length } = distinctCodes(codes);
      if (length > MOST_SYMBOLS) return `it has ${length} different codes; words are for ${MOST_SYMBOLS} at most`;
      return base.refuse(codes, order);
    },
    encode: (codes, segments) => encodeWords(codes, segments, huffmanCode(codes)),
    slowBits,
    decode: decodeWords,
  };
}

/** Words that the C looks up; longer ones it reads bit by bit. */
const SHORT_WORD = 6;

/** Bits that short words may take more than longer ones. */
const SHORT_WORDS_SHARE = 1.01;

/** What words have beyond those that are looked up. */
function slowBits(codes: Codes): number {
  const words = codeWords(huffmanCode(codes));
  let sum = 0;
  for (const code of codes) sum += Math.max(0, must(words.get(code), 'a word').bits - SHORT_WORD);
  return sum;
}

function huffmanCode(codes: Codes): PrefixCode {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (counts.size === 0) counts.set(0, 1);
  const values = [...counts.keys()].sort((a, b) => a - b);
  return canonicalCode(values, quickLengths(values.map((value) => counts.get(value) ?? 0)));
}

/** Short words, where longer ones would spare next to nothing. */
function quickLengths(counts: readonly number[]): number[] {
  const longer = wordLengths(counts, LONGEST_WORD);
  if (counts.length > 2 ** SHORT_WORD) return longer;
  const bits = (lengths: readonly number[]) => counts.reduce((sum, count, i) => sum + count * lengths[i], 0);
  const short = wordLengths(counts, SHORT_WORD);
  return bits(short) <= SHORT_WORDS_SHARE * bits(longer) ? short : longer;
}
