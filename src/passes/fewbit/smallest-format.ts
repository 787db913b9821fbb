import { findFormat } from '../../formats/index.ts';
import { storedSize } from './stored-size.ts';

/** Formats that whole numbers up to 127 may fit. */
const CANDIDATES = ['int8+rans', 'int8+huffman', 'int8', 'int4', 'int3', 'int2', 'ternary'];

/** The format that stores a layer's codes (whole numbers up to 127) in the fewest bytes, tables included. */
export function smallestFormat(
  codes: ArrayLike<number>,
  depth: number,
): { readonly format: string; readonly bytes: number } {
  const all = Int8Array.from(codes);
  const sizes = CANDIDATES.flatMap((name) => {
    const format = findFormat(name);
    return format.refuse(all) === null ? [{ format: name, bytes: storedSize(format, all, depth) }] : [];
  });
  return sizes.reduce((a, b) => (b.bytes < a.bytes ? b : a));
}
