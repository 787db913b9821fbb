import { must } from '../support/errors.ts';
import { type Codes, type Decoder, distinctCodes, NO_TABLES, type StoredWeights, type WeightFormat } from './format.ts';

/** The lengths of all ranges sum to 2^8, or to 2^12 where that would take too many bits. */
const COARSE_BITS = 8;
const FINE_BITS = 12;

/** Bits that coarse ranges may take more than fine ones: the C decodes them faster. */
const COARSE_SHARE = 1.005;

/** A state below it takes in 16 bits more. */
const LOWEST = 2 ** 12;
const WORD = 2 ** 16;

const MOST_SYMBOLS = 256;

/**
 * The codes of another format in a range of numbers each as large as the code is frequent: fractions of a bit for the
 * frequent ones, where words of a prefix code have one bit at least. The codes are one row of halfwords,
 * the lower byte first: a decoder goes on from one segment to the next.
 * Source: Duda, Asymmetric numeral systems (rANS), 2013; Giesen's ryg_rans.
 */
export function withRans(base: WeightFormat): WeightFormat {
  return {
    name: `${base.name}+rans`,
    bits: null,
    unpack: RANS,
    inline: null,
    grid: base.grid,
    refuse(codes, order) {
      const { length } = distinctCodes(codes);
      if (length > MOST_SYMBOLS) return `it has ${length} different codes; ranges are for ${MOST_SYMBOLS} at most`;
      return base.refuse(codes, order);
    },
    encode(codes) {
      const { bits, values, lengths } = rangesOf(codes);
      const starts = startsOf(lengths);
      const ranges = new Map(values.map((value, i) => [value, { start: starts[i], length: lengths[i] }]));
      const bytes = encodeRun(codes, ranges, bits);
      // Both in a halfword, where they have 8 bits each.
      const counts = bits === COARSE_BITS ? lengths.map((length, i) => (starts[i] << 8) + length) : starts;
      return { ...NO_TABLES, bytes, offsets: [], values, counts, bits };
    },
    decode: decodeRans,
  };
}

/** nn_unpack_rans: it keeps its state, and where the ranges lie. */
export const RANS: Decoder = {
  name: 'rans',
  wide: true,
  keeps: true,
  entropy: true,
  instructions: 16,
  layout:
    'Halfwords, the lower byte first, which are one stream for the whole layer. The state begins with the first one, and whenever it is below 4096 the next one goes behind it. Its lower bits, 8 of them or 12 where 8 take over 0.5 % more, lie in the range of a symbol; what is above them, times the length of the range, plus the place in it, is the next state. A second table has the start and the length of each range in a halfword, or the starts of 12 bits and the end.',
};

interface Ranges {
  readonly bits: number;
  /** From the most frequent code on, as the decoder looks for them. */
  readonly values: readonly number[];
  /** They sum to 2^bits. */
  readonly lengths: readonly number[];
}

function rangesOf(codes: Codes): Ranges {
  const occurs = new Map<number, number>();
  for (const code of codes) occurs.set(code, (occurs.get(code) ?? 0) + 1);
  if (occurs.size === 0) occurs.set(0, 1);
  const symbols = [...occurs].sort(([a, m], [b, n]) => n - m || a - b);
  const values = symbols.map(([value]) => value);
  const counts = symbols.map(([, count]) => count);
  const fine = { bits: FINE_BITS, values, lengths: scaledCounts(counts, 2 ** FINE_BITS) };
  // A single range would be as long as 8 bits cannot tell.
  if (counts.length === 1 || counts.length > 2 ** (COARSE_BITS - 1)) return fine;
  const coarse = { bits: COARSE_BITS, values, lengths: scaledCounts(counts, 2 ** COARSE_BITS) };
  return bitsOf(counts, coarse) <= COARSE_SHARE * bitsOf(counts, fine) ? coarse : fine;
}

function bitsOf(counts: readonly number[], { bits, lengths }: Ranges): number {
  return counts.reduce((sum, count, i) => sum + count * (bits - Math.log2(lengths[i])), 0);
}

/** Positive whole numbers that sum to `scale` and cost the fewest bits, for `counts` occurrences; at most `scale` of them. */
export function scaledCounts(counts: readonly number[], scale: number): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const scaled = counts.map((count) => Math.max(1, Math.floor((count * scale) / total)));
  let spare = scale - scaled.reduce((a, b) => a + b, 0);
  // A symbol of share s costs count * log2(scale / s) bits: each step goes where it gains most, or loses least.
  const worth = (i: number) => counts[i] * Math.log2(1 + Math.sign(spare) / scaled[i]);
  for (; spare !== 0; spare -= Math.sign(spare)) {
    let best = 0;
    for (let i = 1; i < counts.length; i++) if (worth(i) > worth(best)) best = i;
    scaled[best] += Math.sign(spare);
  }
  return scaled;
}

/** Where each range begins, and where the last one ends. */
function startsOf(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts[starts.length - 1] + length);
  return starts;
}

/**
 * From the last code to the first, so that the decoder finds the first one first. The state begins in the last code's
 * range, which so takes no bits.
 */
function encodeRun(
  codes: Codes,
  ranges: ReadonlyMap<number, { readonly start: number; readonly length: number }>,
  bits: number,
): Uint8Array {
  const backwards: number[] = [];
  const rangeOf = (i: number) => must(ranges.get(codes[i]), 'a range of its code');
  let state = LOWEST + (codes.length > 0 ? rangeOf(codes.length - 1).start : 0);
  const shiftOut = () => {
    backwards.push((state >> 8) & 255, state & 255);
    state = Math.floor(state / WORD);
  };
  for (let i = codes.length - 2; i >= 0; i--) {
    const { start, length } = rangeOf(i);
    if (state >= (LOWEST / 2 ** bits) * WORD * length) shiftOut();
    state = Math.floor(state / length) * 2 ** bits + start + (state % length);
  }
  // A state of more than a word has less than LOWEST in its upper one, which is how the decoder knows.
  while (state > 0) shiftOut();
  return Uint8Array.from(backwards.reverse());
}

function decodeRans({ bytes, values, counts, bits }: StoredWeights, segments: readonly number[]): Int16Array {
  const coarse = bits === COARSE_BITS;
  const start = (symbol: number) => (coarse ? counts[symbol] >> 8 : counts[symbol]);
  const length = (symbol: number) => (coarse ? counts[symbol] & 255 : counts[symbol + 1] - counts[symbol]);
  let at = 0;
  let state = 0;
  const fill = () => {
    if (state >= LOWEST) return;
    state = state * WORD + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
    at += 2;
  };
  fill();
  return Int16Array.from({ length: segments.reduce((a, b) => a + b, 0) }, () => {
    fill();
    const slot = state % 2 ** bits;
    let symbol = 0;
    while (slot >= start(symbol) + length(symbol)) symbol++;
    state = length(symbol) * Math.floor(state / 2 ** bits) + slot - start(symbol);
    return values[symbol];
  });
}
