import { type DigitCoder, decodeDigits, encodeDigits, GROUPS, NIBBLES, PAIRS } from './digits.ts';
import {
  type Decoder,
  type FormatFamily,
  NO_TABLES,
  refuseOthers,
  symmetricLevels,
  type WeightFormat,
} from './format.ts';
import { decodeIndices, encodeIndices, TABLE } from './indices.ts';

/** nn_unpack_int2: signed pairs of bits. */
export const PAIR: Decoder = {
  name: 'int2',
  wide: false,
  keeps: false,
  entropy: false,
  instructions: 4,
  layout: `Signed pairs of bits, groups of 16 weights in 4 bytes: ${GROUPS}`,
};

const NIBBLE: Decoder = { ...PAIR, name: 'int4', layout: `Signed nibbles, groups of 8 weights in 4 bytes: ${GROUPS}` };

/** Two's complement in few bits: -2^(b-1) .. 2^(b-1) - 1; symmetric quantizers leave the lowest code out. */
export const int: FormatFamily = {
  pattern: 'int4, int3, int2',
  summary: "Two's complement codes of 4, 3 or 2 bits.",
  decoders: [NIBBLE, PAIR, TABLE],
  find(name) {
    if (name === 'int4') return digitFormat(4, NIBBLES);
    if (name === 'int2') return digitFormat(2, PAIRS);
    return name === 'int3' ? indexFormat(3) : null;
  },
};

/** Whole digits in a byte: kernels read these without unpacking them first. */
function digitFormat(bits: number, coder: DigitCoder): WeightFormat {
  return {
    ...common(bits),
    unpack: bits === 4 ? NIBBLE : PAIR,
    inline: { kernel: `int${bits}`, shift: 8 - bits, uses: Number.POSITIVE_INFINITY },
    encode(codes, segments) {
      const stored = encodeDigits(codes, segments, coder, (code) => code & (coder.base - 1));
      return { ...NO_TABLES, ...stored };
    },
    decode: (stored, segments) => decodeDigits(stored, segments, coder, (symbol) => signed(symbol, bits)),
  };
}

function indexFormat(bits: number): WeightFormat {
  const values = Array.from({ length: 2 ** bits }, (_, symbol) => signed(symbol, bits));
  return {
    ...common(bits),
    unpack: TABLE,
    inline: null,
    encode: (codes, segments) => encodeIndices(codes, segments, bits, values),
    decode: decodeIndices,
  };
}

function common(bits: number): Pick<WeightFormat, 'name' | 'bits' | 'grid' | 'refuse'> {
  const top = 2 ** (bits - 1) - 1;
  const allowed = new Set(Array.from({ length: 2 ** bits }, (_, i) => i - top - 1));
  return {
    name: `int${bits}`,
    bits,
    grid: { kind: 'levels', levels: symmetricLevels(bits) },
    refuse: (codes) => refuseOthers(codes, allowed, `between ${-top - 1} and ${top}`),
  };
}

function signed(symbol: number, bits: number): number {
  return (symbol << (32 - bits)) >> (32 - bits);
}
