import { distinctCodes, type FormatFamily, type WeightFormat } from './format.ts';
import { decodeIndices, encodeIndices, TABLE } from './indices.ts';

/** At most K codes of any kind, in a table of the layer; each weight is an index of ceil(log2 K) bits. */
export const codebook: FormatFamily = {
  pattern: 'codebook-K',
  summary: 'Any K codes, 2 to 256 of them, in a table; each weight an index of ceil(log2 K) bits.',
  bits: 'ceil(log2 K)',
  examples: ['codebook-16', 'codebook-256'],
  decoders: [TABLE],
  find(name) {
    const match = /^codebook-([1-9]\d{0,2})$/.exec(name);
    const size = Number(match?.[1]);
    return match && size >= 2 && size <= 256 ? codebookFormat(name, size) : null;
  },
};

function codebookFormat(name: string, size: number): WeightFormat {
  const bits = Math.ceil(Math.log2(size));
  return {
    name,
    bits,
    unpack: TABLE,
    inline: null,
    grid: { kind: 'values', entries: size, tables: 1 },
    refuse(codes) {
      const { length } = distinctCodes(codes);
      return length > size ? `it has ${length} different codes, more than ${size}` : null;
    },
    encode: (codes, segments) => encodeIndices(codes, segments, bits, distinctCodes(codes)),
    decode: decodeIndices,
  };
}
