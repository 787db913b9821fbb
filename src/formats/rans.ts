import {
  type Codes,
  distinctCodes,
  joinSegments,
  NO_TABLES,
  type StoredWeights,
  splitSegments,
  type WeightFormat,
} from './format.ts';

/** Counts of a table sum to 2^SCALE_BITS. */
const SCALE_BITS = 12;
export const SCALE = 2 ** SCALE_BITS;

/** The state stays between LOWEST and 256 LOWEST: three bytes of it begin a segment. */
const LOWEST = 2 ** 16;

const MOST_SYMBOLS = 256;

/**
 * The codes of another format in a range of numbers each as large as the code is frequent: fractions of a bit for the
 * frequent ones, where words of a prefix code have one bit at least.
 * Source: Duda, Asymmetric numeral systems (rANS), 2013; byte by byte as in Giesen's ryg_rans.
 */
export function withRans(base: WeightFormat): WeightFormat {
  return {
    name: `${base.name}+rans`,
    bits: null,
    unpack: 'rans',
    inline: null,
    refuse(codes, order) {
      const { length } = distinctCodes(codes);
      if (length > MOST_SYMBOLS) return `it has ${length} different codes; ranges are for ${MOST_SYMBOLS} at most`;
      return base.refuse(codes, order);
    },
    encode(codes, segments) {
      const table = ransTable(codes);
      const ranges = rangesOf(table.values, table.counts);
      const parts = splitSegments(codes, segments).map((segment) => encodeSegment(segment, ranges));
      return { ...NO_TABLES, ...joinSegments(parts), ...table };
    },
    decode: decodeRans,
  };
}

/** Codes from the most frequent on, as the decoder looks for them, and their shares of SCALE. */
function ransTable(codes: Codes): { readonly values: readonly number[]; readonly counts: readonly number[] } {
  const occurs = new Map<number, number>();
  for (const code of codes) occurs.set(code, (occurs.get(code) ?? 0) + 1);
  if (occurs.size === 0) occurs.set(0, 1);
  const symbols = [...occurs].sort(([a, m], [b, n]) => n - m || a - b);
  return { values: symbols.map(([value]) => value), counts: scaledCounts(symbols.map(([, count]) => count)) };
}

/** Positive whole numbers that sum to SCALE and cost the fewest bits, for `counts` occurrences; at most SCALE of them. */
export function scaledCounts(counts: readonly number[]): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const scaled = counts.map((count) => Math.max(1, Math.floor((count * SCALE) / total)));
  let spare = SCALE - scaled.reduce((a, b) => a + b, 0);
  // A symbol of share s costs count * log2(SCALE / s) bits: each step goes where it gains most, or loses least.
  const worth = (i: number) => counts[i] * Math.log2(1 + Math.sign(spare) / scaled[i]);
  for (; spare !== 0; spare -= Math.sign(spare)) {
    let best = 0;
    for (let i = 1; i < counts.length; i++) if (worth(i) > worth(best)) best = i;
    scaled[best] += Math.sign(spare);
  }
  return scaled;
}

interface Range {
  readonly start: number;
  readonly count: number;
}

function rangesOf(values: readonly number[], counts: readonly number[]): Map<number, Range> {
  let start = 0;
  return new Map(
    values.map((value, i) => {
      start += counts[i];
      return [value, { start: start - counts[i], count: counts[i] }];
    }),
  );
}

/** From the last code to the first, so that the decoder finds the first one first. */
function encodeSegment(codes: Codes, ranges: ReadonlyMap<number, Range>): Uint8Array {
  const backwards: number[] = [];
  let state = LOWEST;
  const shiftOut = () => {
    backwards.push(state & 255);
    state = Math.floor(state / 256);
  };
  for (let i = codes.length - 1; i >= 0; i--) {
    const { start, count } = ranges.get(codes[i]) ?? { start: 0, count: SCALE };
    while (state >= (LOWEST / SCALE) * 256 * count) shiftOut();
    state = Math.floor(state / count) * SCALE + start + (state % count);
  }
  for (let i = 0; i < 3; i++) shiftOut();
  return Uint8Array.from(backwards.reverse());
}

function decodeRans({ bytes, offsets, values, counts }: StoredWeights, segments: readonly number[]): Int16Array {
  const codes = segments.flatMap((length, i) => {
    let at = offsets[i];
    const next = () => bytes[at++] ?? 0;
    let state = (next() << 16) | (next() << 8) | next();
    return Array.from({ length }, () => {
      let rest = state % SCALE;
      let symbol = 0;
      while (rest >= counts[symbol]) rest -= counts[symbol++];
      state = counts[symbol] * Math.floor(state / SCALE) + rest;
      while (state < LOWEST) state = state * 256 + next();
      return values[symbol];
    });
  });
  return Int16Array.from(codes);
}
