/** The longest code word that the C decoder takes. */
export const LONGEST_WORD = 12;

/**
 * Code word lengths that minimise sum count[i] * length[i] with no length above `limit` (package-merge, Larmore and
 * Hirschberg 1990). Counts are positive; a single symbol gets one bit.
 */
export function wordLengths(counts: readonly number[], limit = LONGEST_WORD): number[] {
  if (counts.length === 1) return [1];
  const lengths = new Array<number>(counts.length).fill(0);
  // A package is the symbols in it; each time a symbol is among the cheapest 2n - 2 its word grows by a bit.
  const leaves = counts.map((weight, symbol): Package => ({ weight, symbols: [symbol] })).sort(cheaper);
  let row = leaves;
  for (let bit = 1; bit < limit; bit++) row = [...leaves, ...pairs(row)].sort(cheaper);
  for (const { symbols } of row.slice(0, 2 * counts.length - 2)) for (const symbol of symbols) lengths[symbol]++;
  return lengths;
}

interface Package {
  readonly weight: number;
  readonly symbols: readonly number[];
}

function cheaper(a: Package, b: Package): number {
  return a.weight - b.weight;
}

function pairs(row: readonly Package[]): Package[] {
  return Array.from({ length: row.length >> 1 }, (_, i) => {
    const [a, b] = [row[2 * i], row[2 * i + 1]];
    return { weight: a.weight + b.weight, symbols: [...a.symbols, ...b.symbols] };
  });
}

/** A canonical prefix code: words of equal length are consecutive numbers in the order of `values`, shorter ones first. */
export interface PrefixCode {
  /** Symbols in the order of their words. */
  readonly values: readonly number[];
  /** How many words have 1, 2, 3, ... bits. */
  readonly lengths: readonly number[];
}

/** The canonical code with these word lengths. */
export function canonicalCode(values: readonly number[], wordLength: readonly number[]): PrefixCode {
  const order = values.map((_, i) => i).sort((a, b) => wordLength[a] - wordLength[b] || values[a] - values[b]);
  const lengths = new Array<number>(Math.max(...wordLength)).fill(0);
  for (const length of wordLength) lengths[length - 1]++;
  return { values: order.map((i) => values[i]), lengths };
}

/** Code word and its bits for each value. */
export function codeWords({
  values,
  lengths,
}: PrefixCode): Map<number, { readonly word: number; readonly bits: number }> {
  const words = new Map<number, { word: number; bits: number }>();
  let word = 0;
  let next = 0;
  for (const [i, count] of lengths.entries()) {
    for (let n = 0; n < count; n++) words.set(values[next++], { word: word++, bits: i + 1 });
    word <<= 1;
  }
  return words;
}
