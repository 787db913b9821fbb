/** Of every family at least one, with and without an entropy code. */
export const FORMATS: readonly string[] = [
  ...['int8', 'int4', 'int3', 'int2', 'intv-2', 'intv-3', 'intv-5', 'ternary', 'ttq'],
  ...['pow2-5', 'pow2-4', 'pow2-3', 'pow2-2', 'pow2p-4', 'pow2p-3', 'pow2v-4', 'pow2v-2'],
  ...['codebook-2', 'codebook-16', 'codebook-256', 'codebook-16/2', 'codebook-4/4'],
  ...['int4+huffman', 'int3+rans', 'codebook-16+huffman', 'ternary+rans', 'pow2-4+huffman'],
];
