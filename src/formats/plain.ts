import {
  type FormatFamily,
  joinSegments,
  NO_TABLES,
  splitSegments,
  symmetricLevels,
  type WeightFormat,
} from './format.ts';

/** The codes as they are, a byte or two each; what a layer has whose format is not said. */
export const plain: FormatFamily = {
  pattern: 'int8, int16',
  summary: 'One code per byte, or per two bytes, the lower one first.',
  decoders: [],
  find: (name) => ({ int8: plainFormat(1), int16: plainFormat(2) })[name] ?? null,
};

function plainFormat(bytes: 1 | 2): WeightFormat {
  const array = bytes === 1 ? Int8Array : Int16Array;
  return {
    name: `int${8 * bytes}`,
    bits: 8 * bytes,
    unpack: null,
    inline: null,
    grid: bytes === 1 ? { kind: 'levels', levels: symmetricLevels(8) } : null,
    refuse(codes) {
      const tooLarge = codes.find((code) => array.of(code)[0] !== code);
      return tooLarge === undefined ? null : `code ${tooLarge} does not fit ${8 * bytes} bits`;
    },
    encode(codes, segments) {
      const parts = splitSegments(codes, segments).map((segment) => littleEndian(segment, bytes));
      return { ...NO_TABLES, ...joinSegments(parts) };
    },
    decode({ bytes: stored }) {
      const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
      const read = (i: number) => (bytes === 1 ? view.getInt8(i) : view.getInt16(2 * i, true));
      return Int16Array.from({ length: stored.length / bytes }, (_, i) => read(i));
    },
  };
}

function littleEndian(codes: ArrayLike<number>, bytes: 1 | 2): Uint8Array {
  return Uint8Array.from({ length: codes.length * bytes }, (_, i) => codes[Math.floor(i / bytes)] >> (8 * (i % bytes)));
}
