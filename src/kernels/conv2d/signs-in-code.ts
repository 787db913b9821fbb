import type { Json } from '../../ir/program.ts';

/** Registers of a group of rows, and how a core gets at its columns. */
export interface Registers {
  readonly sums: readonly string[];
  readonly columns: readonly string[];
  /** Instructions around those that add: arguments are x, bias and sums. */
  begin(sums: string): string;
  end(sums: string): string;
  /** Loads columns from `column` on, one for each register; `step`: how far it is from the last one. */
  load(column: number, step: number): readonly string[];
  /** The instruction set in which it is written, as a macro of compilers. */
  readonly macro: string;
}

/** Thumb-2: eleven sums, two columns at a time. */
export const THUMB2: Registers = {
  sums: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r8', 'r9', 'r10', 'r11', 'lr'],
  columns: ['r6', 'r7'],
  begin: (sums) =>
    lines('push {r2, r4, r5, r6, r7, r8, r9, r10, r11, lr}', 'mov r12, r0', 'mov r7, r1', `ldm.w r7, ${sums}`),
  end: (sums) => lines('pop {r7}', `stm.w r7, ${sums}`, 'pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}'),
  load: (column) => [`ldrd r6, r7, [r12, #${4 * column}]`],
  macro: '__thumb2__',
};

/** Thumb-1: six sums, one column at a time. gcc takes assembly for the old syntax there. */
export const THUMB1: Registers = {
  sums: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5'],
  columns: ['r6'],
  begin: (sums) =>
    lines('.syntax unified', 'push {r2, r4, r5, r6, r7, lr}', 'mov r7, r0', 'mov r6, r1', `ldm r6!, ${sums}`),
  end: (sums) => lines('pop {r7}', `stm r7!, ${sums}`, 'pop {r4, r5, r6, r7, pc}'),
  load: (_, step) => [...skipped(4 * (step - 1)), 'ldm r7!, {r6}'],
  macro: '__thumb__',
};

/** The largest offset of the short form of an addition. */
const MOST_BYTES = 252;

function skipped(bytes: number): string[] {
  const parts = Array.from({ length: Math.ceil(bytes / MOST_BYTES) }, (_, i) =>
    Math.min(MOST_BYTES, bytes - i * MOST_BYTES),
  );
  return parts.map((part) => `adds r7, r7, #${part}`);
}

/** Instructions as a string of C has them. */
function lines(...instructions: readonly string[]): string {
  return instructions.map((one) => `${one}\\n\\t`).join('');
}

/** Weights of -1, 0 and 1. */
export interface Signs {
  readonly rows: number;
  readonly depth: number;
  sign(row: number, column: number): number;
}

/** Rows in groups of about the same size, one function each: first row, rows, instructions, and sums as C. */
export function groupsInCode(signs: Signs, registers: Registers): Json[] {
  const count = Math.ceil(signs.rows / registers.sums.length);
  return Array.from({ length: count }, (_, g) => {
    const first = Math.floor((g * signs.rows) / count);
    const rows = Math.floor(((g + 1) * signs.rows) / count) - first;
    return { index: g, first, rows, ...groupText(signs, first, rows, registers) };
  });
}

function groupText(signs: Signs, first: number, rows: number, registers: Registers) {
  const { columns } = registers;
  const own = registers.sums.slice(0, rows);
  const text: string[] = [];
  let last = -1;
  for (let k = 0; k < signs.depth; k += columns.length) {
    const terms = columns.flatMap((x, i) => termsOf(signs, first, own, k + i, x));
    if (terms.length === 0) continue;
    text.push(lines(...registers.load(k, k - last), ...terms));
    last = k;
  }
  const list = `{${own.join(', ')}}`;
  return {
    begin: registers.begin(list),
    lines: text,
    idle: text.length === 0,
    end: registers.end(list),
    sums: own.map((_, row) => ({ row, terms: sumText(signs, first + row) })),
  };
}

function termsOf(signs: Signs, first: number, own: readonly string[], column: number, x: string): string[] {
  if (column >= signs.depth) return [];
  return own.flatMap((sum, row) => {
    const sign = signs.sign(first + row, column);
    // Of the lower registers the short form, which sets flags.
    const short = sum.length === 2 && sum < 'r8' ? 's' : '';
    return sign === 0 ? [] : [`${sign > 0 ? 'add' : 'sub'}${short} ${sum}, ${sum}, ${x}`];
  });
}

/** ' + x[3] - x[7]' in lines of a few terms. */
function sumText(signs: Signs, row: number): string {
  const terms: string[] = [];
  for (let k = 0; k < signs.depth; k++) {
    const sign = signs.sign(row, k);
    if (sign !== 0) terms.push(`${sign > 0 ? '+' : '-'} x[${k}]`);
  }
  return terms.map((term, i) => (i % 10 === 0 ? `\n        ${term}` : ` ${term}`)).join('');
}
