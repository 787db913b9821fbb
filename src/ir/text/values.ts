import { elementCount } from '../shape.ts';
import { createData, dataOf } from '../tensor.ts';
import type { Attribute, Tensor, TensorType, TypedArray, ValueName } from '../types.ts';
import { DTYPES } from '../types.ts';
import { type Elided, parseHashed } from './elided.ts';
import type { Scanner } from './scanner.ts';
import { parsePlainType } from './types.ts';
import { parseList, parseNumber } from './words.ts';

export function parseConstant(scan: Scanner, value: ValueName, type: TensorType, elided: Elided | null): Tensor {
  const { dtype, shape } = type;
  if (scan.peek()?.text !== '#') return { dtype, shape, data: parseElements(scan, { dtype, shape }) };
  const data = parseHashed(scan, elided?.constants.get(value)?.data, `constant '${value}'`);
  scan.expect('(');
  while (!scan.accept(')')) scan.take();
  return { dtype, shape, data };
}

export function parseAttribute(scan: Scanner): Attribute {
  const token = scan.peek();
  if (token?.kind === 'text') return scan.take().text;
  if (token?.kind === 'word' && DTYPES.some((dtype) => dtype === token.text)) {
    const type = parsePlainType(scan);
    scan.expect('(');
    const data = parseElements(scan, type);
    scan.expect(')');
    return { ...type, data };
  }
  if (!scan.accept('[')) return parseNumber(scan);
  if (scan.peek()?.kind !== 'text') return parseList(scan, parseNumber);
  return parseList(scan, (inner) =>
    inner.peek()?.kind === 'text' ? inner.take().text : inner.fail('expected a string'),
  );
}

/** Comma-separated elements up to the end of the line or a closing parenthesis. */
function parseElements(scan: Scanner, { dtype, shape }: Omit<TensorType, 'quant'>): TypedArray {
  const start = scan.peek();
  const values: (number | bigint)[] = [];
  const wide = dtype === 'i64' || dtype === 'u64';
  while (scan.peek() && scan.peek()?.text !== ')') {
    values.push(wide && /^-?\d+$/.test(scan.peek()?.text ?? '') ? BigInt(scan.take().text) : parseNumber(scan));
    if (scan.peek() && scan.peek()?.text !== ')') scan.expect(',');
  }
  const count = elementCount(shape);
  if (values.length !== count) scan.fail(`${dtype}[${shape}] has ${count} elements, found ${values.length}`, start);
  return count === 0 ? createData(dtype, 0) : dataOf(dtype, values);
}
