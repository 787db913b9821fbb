import type { ValueName } from '../types.ts';
import type { Scanner } from './scanner.ts';

export function parseName(scan: Scanner): string {
  const token = scan.peek();
  if (token?.kind === 'mark') scan.fail('expected a name');
  return scan.take().text;
}

/** `a, b, c` to the end of the line. */
export function parseNames(scan: Scanner): ValueName[] {
  const names: ValueName[] = [];
  while (scan.peek()) {
    names.push(parseName(scan));
    if (scan.peek()) scan.expect(',');
  }
  return names;
}

export function acceptBlank(scan: Scanner): boolean {
  const token = scan.peek();
  const blank = token?.kind === 'word' && token.text === '_';
  if (blank) scan.take();
  return blank;
}

/** Items up to the closing bracket; the opening one is taken. */
export function parseList<T>(scan: Scanner, item: (scan: Scanner) => T): T[] {
  const items: T[] = [];
  while (!scan.accept(']')) {
    items.push(item(scan));
    if (!scan.accept(',') && scan.peek()?.text !== ']') scan.fail("expected ',' or ']'");
  }
  return items;
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
]);

/** A decimal number, inf, -inf or nan; the suffix f rounds to float32. */
export function parseNumber(scan: Scanner): number {
  const token = scan.peek();
  const word = scan.take().text;
  const special = SPECIAL.get(word);
  if (special !== undefined) return special;
  const single = word.endsWith('f');
  const digits = single ? word.slice(0, -1) : word;
  if (token?.kind !== 'word' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits))
    scan.fail('expected a number', token);
  return single ? Math.fround(Number(digits)) : Number(digits);
}
