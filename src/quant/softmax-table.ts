import { invariant } from '../support/errors.ts';

/**
 * Softmax over int8 codes in 32-bit unsigned arithmetic, output scale 1/256 and zero point -128:
 *
 *     d_i = max_j x_j - x_i                                      0 .. 255
 *     sum = table[d_0] + ... + table[d_(n-1)]
 *     y_i = min(127, (table[d_i] * 256 + sum / 2) / sum - 128)    both divisions round down
 */
export interface SoftmaxTable {
  /** table[d] = round(exp(-d * scale) * 2^bits), 256 entries, never rising. */
  readonly table: Uint32Array;
  readonly bits: number;
}

/** The most precise table for which neither `sum` nor the numerator leaves uint32 when `length` codes are summed. */
export function softmaxTable(scale: number, length: number): SoftmaxTable {
  invariant(scale > 0 && length >= 1 && length <= 2 ** 24, `softmax over ${length} codes of scale ${scale}`);
  // sum <= length * 2^bits, numerator <= 256 * 2^bits + sum / 2
  const worst = Math.max(length, 256 + length / 2);
  const bits = Math.floor(Math.log2((2 ** 32 - 1) / worst));
  return { table: Uint32Array.from({ length: 256 }, (_, d) => Math.round(Math.exp(-d * scale) * 2 ** bits)), bits };
}

/**
 * Softmax as another tool quantized it, with any scale and zero point of the result, in 64 bits:
 *
 *     sum = table[d_0] + ... + table[d_(n-1)]                     table[d] = round(exp(-d * scale) * 2^31)
 *     q_i = table[d_i] * factor / sum                             rounded down; factor = 2^fraction / (scale of y)
 *     y_i = clamp(zero point + q_i / 2^fraction)                  half to even
 */
export interface ImportedSoftmax {
  readonly table: Uint32Array;
  /** 31 bits, or what 31 bits of fraction leave. */
  readonly factor: number;
  readonly fraction: number;
}

export function importedSoftmax(scale: number, outputScale: number): ImportedSoftmax {
  const fraction = Math.min(31, Math.max(1, 31 - Math.floor(Math.log2(1 / outputScale))));
  const factor = Math.min(Math.round(2 ** fraction / outputScale), 2 ** 32 - 1);
  const table = Uint32Array.from({ length: 256 }, (_, d) => Math.round(Math.exp(-d * scale) * 2 ** 31));
  return { table, factor, fraction };
}
