import { elementCount } from './shape.ts';
import { bitsOf, createData, dataOf, fingerprint } from './tensor.ts';
import { type Scanner, scanLine } from './text-scanner.ts';
import type {
  Attribute,
  Graph,
  Node,
  OutputSize,
  Quant,
  Range,
  Rounding,
  Tensor,
  TensorType,
  TypedArray,
  ValueName,
} from './types.ts';
import { DTYPES } from './types.ts';

/** What a text left out: constants (and long lists of scales) printed as a hash are looked up here by value name. */
export interface Elided {
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  readonly types?: ReadonlyMap<ValueName, TensorType>;
}

/**
 * Reads what printGraph wrote. Syntax only: verifyGraph checks the rest.
 * Throws UserError BAD_MODEL with line and column.
 */
export function parseGraph(text: string, elided: Elided | null = null): Graph {
  let name = '';
  const inputs: ValueName[] = [];
  const outputs: ValueName[] = [];
  const nodes: Node[] = [];
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const ranges = new Map<ValueName, Range>();
  const ties: (readonly ValueName[])[] = [];
  const sizes: OutputSize[] = [];

  for (const [index, line] of text.split('\n').entries()) {
    const scan = scanLine(line, index + 1);
    const first = scan.peek();
    if (first === null) continue;
    const isName = scan.peek(1)?.text === ':' && scan.peek(1)?.kind === 'mark';
    const keyword = first.kind === 'word' && !isName ? first.text : '';
    if (keyword === 'graph') {
      scan.take();
      name = parseName(scan);
    } else if (keyword === 'input') {
      scan.take();
      inputs.push(parseTyped(scan, types, elided));
    } else if (keyword === 'const') {
      scan.take();
      const value = parseTyped(scan, types, elided);
      scan.expect('=');
      constants.set(value, parseConstant(scan, value, types.get(value) as TensorType, elided));
    } else if (keyword === 'range') {
      scan.take();
      const value = parseName(scan);
      scan.expect(':');
      const [min, max] = parseInterval(scan);
      const bits = parseBits(scan);
      ranges.set(value, { min, max, ...(bits !== null && { bits }) });
    } else if (keyword === 'return') {
      scan.take();
      outputs.push(...parseNames(scan));
    } else if (keyword === 'size') {
      scan.take();
      const output = parseName(scan);
      scan.expect(':');
      const axis = parseDimension(scan);
      scan.expect(',');
      sizes.push({ output, axis, count: parseName(scan) });
    } else if (keyword === 'tie') {
      scan.take();
      ties.push(parseNames(scan));
    } else {
      nodes.push(parseNode(scan, types, elided));
    }
    if (scan.peek()) scan.fail('expected the end of the line');
  }
  return {
    name,
    inputs,
    outputs,
    nodes,
    types,
    constants,
    ...(ranges.size > 0 && { ranges }),
    ...(ties.length > 0 && { ties }),
    ...(sizes.length > 0 && { sizes }),
  };
}

/** `a, b, c` to the end of the line. */
function parseNames(scan: Scanner): ValueName[] {
  const names: ValueName[] = [];
  while (scan.peek()) {
    names.push(parseName(scan));
    if (scan.peek()) scan.expect(',');
  }
  return names;
}

/** `name: type`; enters the type. */
function parseTyped(scan: Scanner, types: Map<ValueName, TensorType>, elided: Elided | null): ValueName {
  const token = scan.peek();
  const value = parseName(scan);
  scan.expect(':');
  if (types.has(value)) scan.fail(`'${value}' is already defined`, token);
  types.set(value, parseType(scan, value, elided));
  return value;
}

function parseNode(scan: Scanner, types: Map<ValueName, TensorType>, elided: Elided | null): Node {
  const outputs: (ValueName | null)[] = [];
  do outputs.push(acceptBlank(scan) ? null : parseTyped(scan, types, elided));
  while (scan.accept(','));
  scan.expect('=');
  const { domain, op } = parseOperator(scan);
  const inputs: (ValueName | null)[] = [];
  scan.expect('(');
  while (!scan.accept(')')) {
    inputs.push(acceptBlank(scan) ? null : parseName(scan));
    if (!scan.accept(',') && scan.peek()?.text !== ')') scan.fail("expected ',' or ')'");
  }
  const attributes: [string, Attribute][] = [];
  let clip: Node['clip'] = null;
  let rounding: Rounding | undefined;
  let name = outputs.find((output) => output !== null) ?? '';
  while (scan.peek()) {
    if (scan.accept('@')) {
      name = parseName(scan);
      continue;
    }
    const key = scan.peek();
    const word = parseName(scan);
    scan.expect('=');
    const value = parseAttribute(scan);
    if (key?.kind === 'word' && word === 'clip') clip = clipOf(value) ?? scan.fail('clip needs two numbers', key);
    else if (key?.kind === 'word' && word === 'rounding') rounding = roundingOf(value) ?? scan.fail('no rounding', key);
    else attributes.push([word, value]);
  }
  return {
    op,
    domain,
    name,
    inputs,
    outputs,
    attributes: Object.fromEntries(attributes),
    clip,
    ...(rounding && { rounding }),
  };
}

/** Op, domain::Op or either side quoted. */
function parseOperator(scan: Scanner): { domain: string; op: string } {
  const isWord = scan.peek()?.kind === 'word';
  const first = parseName(scan);
  if (scan.accept('::')) return { domain: first, op: parseName(scan) };
  const split = isWord ? first.lastIndexOf('::') : -1;
  return split < 0 ? { domain: '', op: first } : { domain: first.slice(0, split), op: first.slice(split + 2) };
}

/** `[min, max]` */
function parseInterval(scan: Scanner): readonly [number, number] {
  const start = scan.peek();
  return clipOf(parseAttribute(scan)) ?? scan.fail('expected [min, max]', start);
}

/** `bits=4` or nothing. */
function parseBits(scan: Scanner): number | null {
  if (scan.peek()?.text !== 'bits') return null;
  scan.take();
  scan.expect('=');
  const token = scan.peek();
  const bits = Number(parseName(scan));
  return Number.isInteger(bits) && bits > 0 ? bits : scan.fail('expected a number of bits', token);
}

function roundingOf(value: Attribute): Rounding | null {
  return value === 'even-steps' || value === 'even-codes' ? value : null;
}

function clipOf(value: Attribute): Node['clip'] {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [min, max]: readonly unknown[] = value;
  return typeof min === 'number' && typeof max === 'number' ? [min, max] : null;
}

function acceptBlank(scan: Scanner): boolean {
  const token = scan.peek();
  const blank = token?.kind === 'word' && token.text === '_';
  if (blank) scan.take();
  return blank;
}

function parseName(scan: Scanner): string {
  const token = scan.peek();
  if (token?.kind === 'mark') scan.fail('expected a name');
  return scan.take().text;
}

/** `dtype[shape]` and for codes `{bits=4, axis=0, scale=..., zero=..., format=...}`. */
function parseType(scan: Scanner, value: ValueName, elided: Elided | null): TensorType {
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

function parsePlainType(scan: Scanner): Omit<TensorType, 'quant'> {
  const token = scan.peek();
  const word = parseName(scan);
  const dtype = DTYPES.find((known) => known === word) ?? scan.fail('expected an element type', token);
  scan.expect('[');
  return { dtype, shape: parseList(scan, parseDimension) };
}

/** A number, a list, or the hash of a list that `known` must match. */
function parseNumbers(scan: Scanner, known: readonly number[] | undefined): number[] {
  if (scan.peek()?.text === '#') return [...parseHashed(scan, known && Float64Array.from(known), 'list')] as number[];
  if (!scan.accept('[')) return [parseNumber(scan)];
  return parseList(scan, parseNumber);
}

function parseConstant(scan: Scanner, value: ValueName, type: TensorType, elided: Elided | null): Tensor {
  const { dtype, shape } = type;
  if (scan.peek()?.text !== '#') return { dtype, shape, data: parseElements(scan, { dtype, shape }) };
  const data = parseHashed(scan, elided?.constants.get(value)?.data, `constant '${value}'`);
  scan.expect('(');
  while (!scan.accept(')')) scan.take();
  return { dtype, shape, data };
}

function parseHashed<T extends TypedArray>(scan: Scanner, known: T | undefined, what: string): T {
  const token = scan.take();
  const hash = `#${scan.take().text}`;
  if (!known)
    return scan.fail(
      `this ${what} is too long for the text form and printed as a hash; pass the graph it was printed from`,
      token,
    );
  if (fingerprint(known) !== hash) scan.fail(`the ${what} passed along has another hash, ${fingerprint(known)}`, token);
  return known;
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

function parseAttribute(scan: Scanner): Attribute {
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

/** Items up to the closing bracket; the opening one is taken. */
function parseList<T>(scan: Scanner, item: (scan: Scanner) => T): T[] {
  const items: T[] = [];
  while (!scan.accept(']')) {
    items.push(item(scan));
    if (!scan.accept(',') && scan.peek()?.text !== ']') scan.fail("expected ',' or ']'");
  }
  return items;
}

function parseDimension(scan: Scanner): number {
  const token = scan.peek();
  const dimension = parseNumber(scan);
  return Number.isInteger(dimension) && dimension >= 0 ? dimension : scan.fail('expected a dimension', token);
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
]);

/** A decimal number, inf, -inf or nan; the suffix f rounds to float32. */
function parseNumber(scan: Scanner): number {
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
