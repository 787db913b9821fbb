import type { Affine, CodeRange } from './affine.ts';

/** Of the codes of the input, -32768 .. 32767, and the one after the last. */
export const WIDE_POINTS = 2 ** 16 + 1;
/** Intervals of a table are 2^step codes long: 64 to 4,096 of them. */
const STEPS = [10, 9, 8, 7, 6, 5, 4];

/**
 * A function of one tensor of codes of 16 bits as a table of points with straight lines between them:
 *
 *     u = x + 2^15,  i = u >> step,  f = u mod 2^step
 *     y = (T[i] * 2^step + (T[i + 1] - T[i]) * f + half) >> (step + fraction)
 *
 * T[i] is the code of the result at u = i 2^step times 2^fraction; fraction is 8 where the result has 8 bits or fewer, else 0.
 */
export interface WideTable {
  readonly entries: Int16Array;
  readonly step: number;
}

/**
 * The smallest table that is nowhere off by more than one code, or by as little as any.
 * @param reals the function at the WIDE_POINTS codes of the input
 */
export function wideTable(reals: ArrayLike<number>, y: Affine, codes: CodeRange): WideTable {
  const fraction = fractionOf(codes);
  const bounded = (real: number, least: number, most: number) => Math.min(Math.max(real, least), most);
  const exact = Float64Array.from(reals, (real) =>
    Number.isNaN(real) ? y.zeroPoint : bounded(real / y.scale + y.zeroPoint, codes.min, codes.max),
  );
  let best: { readonly table: WideTable; readonly error: number } | null = null;
  for (const step of STEPS) {
    const entries = Int16Array.from({ length: 2 ** (16 - step) + 1 }, (_, i) =>
      bounded(Math.round(exact[i * 2 ** step] * 2 ** fraction), codes.min * 2 ** fraction, codes.max * 2 ** fraction),
    );
    const table = { entries, step };
    const error = largestError(table, exact, fraction);
    if (best === null || error < best.error) best = { table, error };
    if (error <= 1) break;
  }
  return best!.table;
}

/** How many bits of an entry lie below a code. */
export function fractionOf({ min, max }: CodeRange): number {
  return max > 127 || min < -128 ? 0 : 8;
}

/** 2^step codes lie between two entries of such a table. */
export function stepOf(entries: number): number {
  return 16 - Math.log2(entries - 1);
}

function largestError({ entries, step }: WideTable, exact: Float64Array, fraction: number): number {
  let largest = 0;
  const half = 2 ** (step + fraction) / 2;
  for (let u = 0; u < 2 ** 16; u++) {
    const i = u >> step;
    const along = (entries[i + 1] - entries[i]) * (u - i * 2 ** step);
    const code = Math.floor((entries[i] * 2 ** step + along + half) / 2 ** (step + fraction));
    largest = Math.max(largest, Math.abs(code - exact[u]));
  }
  return largest;
}
