import { decodeDigits, encodeDigits, GROUPS, TRITS } from './digits.ts';
import {
  type Codes,
  type Decoder,
  distinctCodes,
  type FormatFamily,
  NO_TABLES,
  refuseOthers,
  type WeightFormat,
} from './format.ts';

const SIGNS: Decoder = {
  name: 'ternary',
  wide: false,
  keeps: false,
  entropy: false,
  instructions: 5,
  layout: `Five digits to base 3 in a byte, ceil(256 * number / 243): three times it has the next digit above 8 bits. Groups of 20 weights in 4 bytes: ${GROUPS}`,
};
const PAIR: Decoder = {
  name: 'ttq',
  wide: true,
  keeps: false,
  entropy: false,
  instructions: 14,
  layout: 'As nn_unpack_ternary has them, of symbols that are looked up in a table of three codes.',
};

/** Three codes, five of them in a byte: 1.6 bits each. */
export const ternary: FormatFamily = {
  pattern: 'ternary, ttq',
  summary: 'Five of three codes in a byte: -1, 0 and 1 (ternary), or a negative one, 0 and a positive one (ttq).',
  decoders: [SIGNS, PAIR],
  find: (name) => ({ ternary: symmetric, ttq: asymmetric })[name] ?? null,
};

/** TWN: -1, 0 and 1. */
const symmetric: WeightFormat = {
  name: 'ternary',
  bits: 1.6,
  unpack: SIGNS,
  inline: { kernel: 'ternary', shift: 0, uses: 8 },
  grid: { kind: 'levels', levels: [-1, 0, 1] },
  refuse: (codes) => refuseOthers(codes, new Set([-1, 0, 1]), '-1, 0 or 1'),
  encode(codes, segments) {
    return { ...NO_TABLES, ...encodeDigits(codes, segments, TRITS, (code) => code + 1) };
  },
  decode: (stored, segments) => decodeDigits(stored, segments, TRITS, (symbol) => symbol - 1),
};

/** TTQ's two scales as two codes: -n, 0 and p, for example -89, 0 and 127. */
const asymmetric: WeightFormat = {
  name: 'ttq',
  bits: 1.6,
  unpack: PAIR,
  inline: null,
  grid: { kind: 'sides' },
  refuse(codes) {
    const others = distinctCodes(codes).filter((code) => code !== 0);
    const sides = [others.filter((code) => code < 0), others.filter((code) => code > 0)];
    const crowded = sides.find((side) => side.length > 1);
    return crowded
      ? `it has the codes ${crowded[0]} and ${crowded[1]}; one negative and one positive are allowed`
      : null;
  },
  encode(codes, segments) {
    const values = signedPair(codes);
    return { ...NO_TABLES, ...encodeDigits(codes, segments, TRITS, (code) => values.indexOf(code)), values };
  },
  decode: (stored, segments) => decodeDigits(stored, segments, TRITS, (symbol) => stored.values[symbol]),
};

function signedPair(codes: Codes): number[] {
  const distinct = distinctCodes(codes);
  return [distinct.find((code) => code < 0) ?? -1, 0, distinct.find((code) => code > 0) ?? 1];
}
