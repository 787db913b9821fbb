import { findFormat, storedBytes } from '../../formats/index.ts';

/** Formats that whole numbers up to 127 may fit. */
const CANDIDATES = ['int8+rans', 'int8+huffman', 'int8', 'int4', 'int3', 'int2', 'ternary'];

/** Codes that a kernel unpacks at a time, four rows or a part of them: words begin at a whole byte each time. */
const MOST_CODES = 1024;

/** The format that stores a layer's codes (whole numbers up to 127) in the fewest bytes, tables included. */
export function smallestFormat(
  codes: ArrayLike<number>,
  depth: number,
): { readonly format: string; readonly bytes: number } {
  const all = Int8Array.from(codes);
  const run = Math.ceil((4 * depth) / Math.ceil((4 * depth) / MOST_CODES));
  const segments = Array.from({ length: Math.ceil(all.length / run) }, (_, i) => Math.min(run, all.length - i * run));
  const sizes = CANDIDATES.flatMap((name) => {
    const format = findFormat(name);
    return format.refuse(all) === null ? [{ format: name, bytes: storedBytes(format.encode(all, segments)) }] : [];
  });
  return sizes.reduce((a, b) => (b.bytes < a.bytes ? b : a));
}
