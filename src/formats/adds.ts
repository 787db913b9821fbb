import { type Codes, joinSegments } from './format.ts';

/**
 * Weights as lists of the inputs to add and to subtract: a sum of products without products.
 *
 * A row takes one pass for each power of two, the largest first. A pass adds the inputs whose weight holds +2^e and
 * subtracts those whose weight holds -2^e; after it the sum is shifted left to the next power (Horner's rule). Zero weights
 * take no time. A weight that is no power of two is in several passes, by its signed digits of which no two neighbours
 * are set: 7 is 8 - 1.
 *
 * Bytes of a pass: the list to add, the list to subtract. A list is nibbles, the upper one of a byte first: 1 .. 14 moves so
 * many columns on and takes the input there, 15 moves 14 columns on and takes none, 0 ends the list, which fills whole
 * bytes. The first move starts one before the first column.
 */
export interface AddLists {
  readonly bytes: Uint8Array;
  /** By how many bits the sum is shifted left after each pass; all rows take the same passes. */
  readonly doublings: readonly number[];
}

/** So many inputs of 8 bits are added up in 16 bits. */
const MOST_IN_A_PASS = 255;
const LONGEST_MOVE = 14;
const SKIP = 15;

/** Codes [rows][columns]. */
export function encodeAdds(codes: Codes, rows: number): AddLists {
  const columns = codes.length / rows;
  const table = Array.from({ length: rows }, (_, row) =>
    byExponent(codes.subarray(row * columns, (row + 1) * columns)),
  );
  const passes = passesOf(table);
  const parts = table.flatMap((row) =>
    passes.map(({ exponent, part }) => {
      const own = (row.get(exponent) ?? []).slice(part * MOST_IN_A_PASS, (part + 1) * MOST_IN_A_PASS);
      return Uint8Array.from([...listOf(own, 1), ...listOf(own, -1)]);
    }),
  );
  const doublings = passes.map(({ exponent }, i) => exponent - (passes[i + 1]?.exponent ?? 0));
  return { bytes: joinSegments(parts).bytes, doublings };
}

interface Entry {
  readonly column: number;
  readonly sign: number;
}

/** What a row adds and subtracts, by exponent, columns ascending. */
function byExponent(row: Codes): Map<number, Entry[]> {
  const entries = new Map<number, Entry[]>();
  row.forEach((code, column) => {
    for (const { exponent, sign } of signedDigits(code)) {
      entries.set(exponent, [...(entries.get(exponent) ?? []), { column, sign }]);
    }
  });
  return entries;
}

/** code = sum of sign * 2^exponent with the fewest terms (the non-adjacent form). */
export function signedDigits(code: number): { readonly exponent: number; readonly sign: 1 | -1 }[] {
  const digits: { exponent: number; sign: 1 | -1 }[] = [];
  for (let rest = code, exponent = 0; rest !== 0; exponent++) {
    if (rest % 2 !== 0) {
      const sign = (rest & 3) === 1 ? 1 : -1;
      digits.push({ exponent, sign });
      rest -= sign;
    }
    rest /= 2;
  }
  return digits;
}

/** The exponents of all rows, descending; one that some row has too often for a pass comes several times. */
function passesOf(table: readonly Map<number, Entry[]>[]): { exponent: number; part: number }[] {
  const exponents = [...new Set(table.flatMap((row) => [...row.keys()]))].sort((a, b) => b - a);
  return exponents.flatMap((exponent) => {
    const most = Math.max(...table.map((row) => row.get(exponent)?.length ?? 0));
    return Array.from({ length: Math.ceil(most / MOST_IN_A_PASS) }, (_, part) => ({ exponent, part }));
  });
}

function listOf(entries: readonly Entry[], wanted: number): number[] {
  const nibbles: number[] = [];
  let at = -1;
  for (const { column, sign } of entries) {
    if (sign !== wanted) continue;
    for (; column - at > LONGEST_MOVE; at += LONGEST_MOVE) nibbles.push(SKIP);
    nibbles.push(column - at);
    at = column;
  }
  nibbles.push(0);
  return Array.from(
    { length: Math.ceil(nibbles.length / 2) },
    (_, i) => 16 * nibbles[2 * i] + (nibbles[2 * i + 1] ?? 0),
  );
}

/** The codes that lists stand for, as a kernel reads them. */
export function decodeAdds({ bytes, doublings }: AddLists, rows: number, columns: number): Int16Array {
  const codes = new Int16Array(rows * columns);
  let from = 0;
  for (let row = 0; row < rows; row++) {
    const own = codes.subarray(row * columns, (row + 1) * columns);
    for (const doubling of doublings) {
      from = readList(bytes, from, (column) => own[column]++);
      from = readList(bytes, from, (column) => own[column]--);
      own.forEach((code, i) => {
        own[i] = code << doubling;
      });
    }
  }
  return codes;
}

/** Returns the end of the list. */
function readList(bytes: Uint8Array, from: number, take: (column: number) => void): number {
  let at = -1;
  for (let i = 2 * from; ; i++) {
    const byte = bytes[i >> 1];
    const nibble = i % 2 === 0 ? byte >> 4 : byte & 15;
    if (nibble === 0) return (i >> 1) + 1;
    at += Math.min(nibble, LONGEST_MOVE);
    if (nibble !== SKIP) take(at);
  }
}
