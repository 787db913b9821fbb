import {
  type Decoder,
  type FormatFamily,
  joinSegments,
  NO_TABLES,
  refuseOthers,
  splitSegments,
  type WeightFormat,
} from '../../../src/formats/format.ts';

const LEVELS = [-2, -1, 0, 1, 2];

const QUINTS: Decoder = {
  name: 'quinary',
  wide: false,
  keeps: false,
  entropy: false,
  instructions: 9,
  layout: 'Three digits to base 5 in a byte, the first one in the lowest place.',
};

const format: WeightFormat = {
  name: 'quinary',
  bits: 8 / 3,
  unpack: QUINTS,
  inline: null,
  grid: { kind: 'levels', levels: LEVELS },
  refuse: (codes) => refuseOthers(codes, new Set(LEVELS), 'between -2 and 2'),
  encode(codes, segments) {
    const digit = (code: number | undefined) => (code ?? -2) + 2;
    const parts = splitSegments(codes, segments).map((segment) =>
      Uint8Array.from(
        { length: Math.ceil(segment.length / 3) },
        (_, i) => digit(segment[3 * i]) + 5 * digit(segment[3 * i + 1]) + 25 * digit(segment[3 * i + 2]),
      ),
    );
    return { ...NO_TABLES, ...joinSegments(parts) };
  },
  decode({ bytes, offsets }, segments) {
    const codeOf = (byte: number, place: number) => (Math.floor(byte / 5 ** place) % 5) - 2;
    return Int16Array.from(
      segments.flatMap((count, s) =>
        Array.from({ length: count }, (_, i) => codeOf(bytes[offsets[s] + Math.floor(i / 3)], i % 3)),
      ),
    );
  },
};

/** The format of docs/adding-a-weight-format.md. */
export const quinary: FormatFamily = {
  pattern: 'quinary',
  summary: 'Five codes, -2 to 2, three in a byte.',
  decoders: [QUINTS],
  find: (name) => (name === 'quinary' ? format : null),
};
