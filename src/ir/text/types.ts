import { bitsOf } from '../tensor.ts';
import type { Quant, TensorType, ValueName } from '../types.ts';
import { DTYPES } from '../types.ts';
import { type Elided, parseHashed } from './elided.ts';
import type { Scanner } from './scanner.ts';
import { parseList, parseName, parseNumber } from './words.ts';

/** `dtype[shape]` and for codes `{bits=4, axis=0, scale=..., zero=..., format=...}`. */
export function parseType(scan: Scanner, value: ValueName, elided: Elided | null): TensorType {
  const plain = parsePlainType(scan);
  if (!scan.accept('{')) return { ...plain, quant: null };
  const known = elided?.types?.get(value)?.quant;
  const fields = {
    bits: [bitsOf(plain.dtype)],
    axis: [] as number[],
    scale: [] as number[],
    zero: [] as number[],
  };
  let format: string | null = null;
  do {
    const token = scan.peek();
    const key = parseName(scan);
    if (key !== 'format' && !(key in fields)) scan.fail('expected bits, axis, scale, zero or format', token);
    scan.expect('=');
    if (key === 'format') {
      format = parseName(scan);
      continue;
    }
    fields[key as keyof typeof fields] = parseNumbers(scan, key === 'zero' ? known?.zeroPoint : known?.scale);
  } while (scan.accept(','));
  scan.expect('}');
  const { bits, axis, scale, zero } = fields;
  const zeroPoint = zero.length === 1 ? scale.map(() => zero[0]) : zero;
  const quant: Quant = {
    scheme: 'affine',
    bits: bits[0],
    scale,
    zeroPoint,
    axis: axis[0] ?? null,
    ...(format !== null && { format }),
  };
  return { ...plain, quant };
}

export function parsePlainType(scan: Scanner): Omit<TensorType, 'quant'> {
  const token = scan.peek();
  const word = parseName(scan);
  const dtype = DTYPES.find((known) => known === word) ?? scan.fail('expected an element type', token);
  scan.expect('[');
  return { dtype, shape: parseList(scan, parseDimension) };
}

export function parseDimension(scan: Scanner): number {
  const token = scan.peek();
  const dimension = parseNumber(scan);
  return Number.isInteger(dimension) && dimension >= 0 ? dimension : scan.fail('expected a dimension', token);
}

/** A number, a list, or the hash of a list that `known` must match. */
function parseNumbers(scan: Scanner, known: readonly number[] | undefined): number[] {
  if (scan.peek()?.text === '#') return [...parseHashed(scan, known && Float64Array.from(known), 'list')] as number[];
  if (!scan.accept('[')) return [parseNumber(scan)];
  return parseList(scan, parseNumber);
}
