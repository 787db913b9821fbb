import { decodeDigits, encodeDigits, GROUPS, NIBBLES, PAIRS } from './digits.ts';
import { type Decoder, type FormatFamily, NO_TABLES, refuseOthers, type WeightFormat } from './format.ts';
import { decodeIndices, encodeIndices, TABLE } from './indices.ts';
import { PAIR } from './int.ts';
import { canonicalCode } from './prefix-code.ts';
import { decodeWords, encodeWords, WORDS } from './words.ts';

const NIBBLE: Decoder = {
  name: 'pow2',
  wide: false,
  keeps: false,
  entropy: false,
  instructions: 11,
  layout: `Nibbles of a sign and an exponent, groups of 8 weights in 4 bytes: ${GROUPS}`,
};

/**
 * INQ's grid (Zhou et al. 2017): 0 and +-2^e with 2^(b-2) exponents, so codes 0, +-1 .. +-2^(2^(b-2) - 1). With 5 bits the
 * largest code is +-128, which needs int16. A symbol of b bits: 0 for zero, else e + 1 with the highest bit as the sign.
 */
export const pow2: FormatFamily = {
  pattern: 'pow2-5, pow2-4, pow2-3, pow2-2',
  summary: 'Zero and signed powers of two, 8, 4, 2 or 1 of them, in symbols of 5, 4, 3 or 2 bits.',
  decoders: [PAIR, NIBBLE, TABLE],
  find: (name) => member(name, /^pow2-([2-5])$/, (bits) => fixedWidth(name, bits, 2 ** (bits - 2))),
};

/** All exponents that a symbol of b bits has room for. */
export const pow2Packed: FormatFamily = {
  pattern: 'pow2p-4, pow2p-3',
  summary: 'Zero and signed powers of two, 7 or 3 of them, in symbols of 4 or 3 bits.',
  decoders: [NIBBLE, TABLE],
  find: (name) => member(name, /^pow2p-([34])$/, (bits) => fixedWidth(name, bits, 2 ** (bits - 1) - 1)),
};

/** INQ's variable-length encoding: a bit for zero or not, then b - 1 bits for sign and exponent. It is a prefix code. */
export const pow2Variable: FormatFamily = {
  pattern: 'pow2v-5, pow2v-4, pow2v-3, pow2v-2',
  summary: 'The codes of pow2-B: one bit for zero, B bits for the others.',
  decoders: [WORDS],
  find: (name) => member(name, /^pow2v-([2-5])$/, (bits) => variableLength(name, bits)),
};

function member(name: string, pattern: RegExp, make: (bits: number) => WeightFormat): WeightFormat | null {
  const match = pattern.exec(name);
  return match ? make(Number(match[1])) : null;
}

function fixedWidth(name: string, bits: number, exponents: number): WeightFormat {
  const common = { name, bits, grid: gridOf(exponents), refuse: refuseOtherPowers(exponents) };
  if (bits === 3 || bits === 5) {
    const values = Array.from({ length: 2 ** bits }, (_, symbol) => power(symbol, bits));
    return {
      ...common,
      unpack: TABLE,
      inline: null,
      encode: (codes, segments) => encodeIndices(codes, segments, bits, values),
      decode: decodeIndices,
    };
  }
  // Two bits: 0, 1 and -1 are what int2 makes of them.
  const coder = bits === 2 ? PAIRS : NIBBLES;
  const decoder = bits === 2 ? PAIR : NIBBLE;
  return {
    ...common,
    unpack: decoder,
    inline: { kernel: decoder.name, shift: bits === 2 ? 6 : 0, uses: bits === 2 ? Number.POSITIVE_INFINITY : 8 },
    encode(codes, segments) {
      const stored = encodeDigits(codes, segments, coder, (code) => symbolOf(code, bits));
      return { ...NO_TABLES, ...stored };
    },
    decode: (stored, segments) => decodeDigits(stored, segments, coder, (symbol) => power(symbol, bits)),
  };
}

function variableLength(name: string, bits: number): WeightFormat {
  const exponents = 2 ** (bits - 2);
  const powers = Array.from({ length: exponents }, (_, e) => 2 ** e);
  const values = [0, ...powers, ...powers.map((value) => -value)];
  const code = canonicalCode(values, [1, ...values.slice(1).map(() => bits)]);
  return {
    name,
    bits: null,
    unpack: WORDS,
    inline: null,
    grid: gridOf(exponents),
    refuse: refuseOtherPowers(exponents),
    encode: (codes, segments) => encodeWords(codes, segments, code),
    decode: decodeWords,
  };
}

/** 0 and +-2^e, e = 0 .. exponents - 1. */
function gridOf(exponents: number): WeightFormat['grid'] {
  const powers = Array.from({ length: exponents }, (_, e) => 2 ** e);
  return { kind: 'levels', levels: [...powers.map((power) => -power).reverse(), 0, ...powers] };
}

function symbolOf(code: number, bits: number): number {
  if (code === 0) return 0;
  return (code < 0 ? 2 ** (bits - 1) : 0) + (32 - Math.clz32(Math.abs(code)));
}

function power(symbol: number, bits: number): number {
  const magnitude = 2 ** (symbol & (2 ** (bits - 1) - 1)) / 2;
  const size = magnitude < 1 ? 0 : magnitude;
  return symbol >> (bits - 1) ? -size : size;
}

function refuseOtherPowers(exponents: number): WeightFormat['refuse'] {
  const powers = Array.from({ length: exponents }, (_, e) => 2 ** e);
  const allowed = new Set([0, ...powers, ...powers.map((value) => -value)]);
  const words = exponents === 1 ? '0, 1 or -1' : `0 or a power of two from 1 to ${powers.at(-1)}, with a sign`;
  return (codes) => refuseOthers(codes, allowed, words);
}
