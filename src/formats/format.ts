import type { RowOrder } from './row-order.ts';

/**
 * How the weight codes of a layer lie in flash. Storage only: the graph, the oracle and the integer kernels know one code
 * per weight, and decode(encode(codes)) gives them back.
 */
export interface WeightFormat {
  /** 'int4', 'codebook-16', 'ternary+huffman'. */
  readonly name: string;
  /** Bits of one weight, tables and the filling of each segment's last byte left out; null: as many as its code words. */
  readonly bits: number | null;
  /** Null: the bytes are the codes. */
  readonly unpack: Decoder | null;
  /** Null: no kernel reads it without unpacking it first. */
  readonly inline: Inline | null;
  /** Codes that its rows may have, for passes that encode real weights; null: only codes that come from elsewhere. */
  readonly grid: CodeGrid | null;
  /** Why these codes cannot be stored so, or null. `order`: which row each belongs to; default: all to one. */
  refuse(codes: Codes, order?: RowOrder): string | null;
  /**
   * Runs of codes, one after the other, of these lengths (their sum is codes.length); each starts at a whole byte.
   * The codes must not be refused.
   */
  encode(codes: Codes, segments: readonly number[], order?: RowOrder): StoredWeights;
  /** Bits of these codes that the decoder takes one by one; with any, all codes take its slow way. Default: none. */
  slowBits?(codes: Codes): number;
  /** What the C decodes. */
  decode(stored: StoredWeights, segments: readonly number[], order?: RowOrder): Int16Array;
}

/** Kernels that read stored weights as they go: nn_block4_<kernel> and its like. */
export interface Inline {
  readonly kernel: string;
  /** Their sums may be 2^shift times as large. */
  readonly shift: number;
  /** Weights used more often cost fewer instructions when they are unpacked once. */
  readonly uses: number;
}

/** Whole numbers with a free scale for each row. */
export type CodeGrid =
  /** These, ascending, zero among them. */
  | { readonly kind: 'levels'; readonly levels: readonly number[] }
  /** One that is negative, zero, one that is positive. */
  | { readonly kind: 'sides' }
  /** Any `entries` codes, in each of `tables` equal shares of neighbouring rows. */
  | { readonly kind: 'values'; readonly entries: number; readonly tables: number }
  /** Two's complement in 0 to 8 bits, each row in as many as it needs, `bits` in the mean. */
  | { readonly kind: 'widths'; readonly bits: number };

/** The C that turns stored weights into codes: nn_unpack_<name>_s8.h in templates/c/kernels. */
export interface Decoder {
  readonly name: string;
  /** nn_unpack_<name>.h.hbs instead: of codes of 16 bits as well. */
  readonly wide: boolean;
  /** It keeps tables or a state from one segment to the next, nn_unpack_<name>_..._room, and takes the segments in their order. */
  readonly keeps: boolean;
  /** Of an entropy code: meant to be small, not fast. */
  readonly entropy: boolean;
  /** For a code, until they are counted (npm run bench:costs). */
  readonly instructions: number;
  /** The same where it takes a slow way, which has a name of its own in the cost model. */
  readonly slow?: { readonly name: string; readonly instructions: number };
  /** How the bytes lie, in sentences for people. */
  readonly layout: string;
}

/** int8 codes, or int16 where a format has larger ones. */
export type Codes = Int8Array | Int16Array;

/** int16 codes that fit int8 are kept as such. */
export function narrowed(codes: Codes): Codes {
  return codes.every((code) => code >= -128 && code <= 127) ? Int8Array.from(codes) : codes;
}

/** What goes into flash. */
export interface StoredWeights {
  readonly bytes: Uint8Array;
  /** The byte at which each segment starts; empty where a decoder goes on in the middle of one. */
  readonly offsets: readonly number[];
  /** Code of each symbol, for decoders that look it up; else empty. */
  readonly values: readonly number[];
  /** Entropy codes: how many code words have 1, 2, 3, ... bits, or the range of each symbol; else empty. */
  readonly counts: readonly number[];
  /** Of a symbol of fixed width that is looked up, of the longest code word, or of all ranges; else 0. */
  readonly bits: number;
  /** Four bits for each row where rows differ: the width of its codes, or the number of its table; else empty. */
  readonly kinds: readonly number[];
}

/** What decoders have that need no tables. */
export const NO_TABLES = { values: [], counts: [], bits: 0, kinds: [] } as const;

/** Formats that differ in a number: 'int4', 'int3', 'int2'. */
export interface FormatFamily {
  /** For people: 'codebook-K'. */
  readonly pattern: string;
  readonly summary: string;
  /** Of a weight, in words, where the pattern is not the name of a member. */
  readonly bits?: string;
  /** Members to show what the family costs; default: those of the pattern. */
  readonly examples?: readonly string[];
  /** Those of its members. */
  readonly decoders: readonly Decoder[];
  /** The member of this name, or null. */
  find(name: string): WeightFormat | null;
}

/** -q .. q with q = 2^(bits - 1) - 1: the lowest code is left out. */
export function symmetricLevels(bits: number): number[] {
  const top = 2 ** (bits - 1) - 1;
  return Array.from({ length: 2 * top + 1 }, (_, i) => i - top);
}

/** Distinct codes in ascending order. */
export function distinctCodes(codes: Codes): number[] {
  return [...new Set<number>(codes)].sort((a, b) => a - b);
}

/** 'code 9 is not one of ...' for the first code that is not allowed, or null. */
export function refuseOthers(codes: Codes, allowed: ReadonlySet<number>, words: string): string | null {
  for (const code of codes) if (!allowed.has(code)) return `code ${code} is not ${words}`;
  return null;
}

/** Joins the bytes of segments. */
export function joinSegments(parts: readonly Uint8Array[]): Pick<StoredWeights, 'bytes' | 'offsets'> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const offsets: number[] = [];
  let at = 0;
  for (const part of parts) {
    offsets.push(at);
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, offsets };
}

/** The codes of each segment. */
export function splitSegments<T extends Codes | Uint8Array | readonly number[]>(
  codes: T,
  segments: readonly number[],
): T[] {
  let at = 0;
  return segments.map((length) => {
    at += length;
    return codes.slice(at - length, at) as T;
  });
}
