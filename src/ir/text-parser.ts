import type { Elided } from './text/elided.ts';
import { type Scanner, scanLine } from './text/scanner.ts';
import { parseDimension, parseType } from './text/types.ts';
import { parseAttribute, parseConstant } from './text/values.ts';
import { acceptBlank, parseName, parseNames } from './text/words.ts';
import type {
  Attribute,
  Graph,
  Node,
  OutputSize,
  Range,
  Rounding,
  State,
  Tensor,
  TensorType,
  ValueName,
} from './types.ts';

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
  const states: State[] = [];

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
    } else if (keyword === 'state') {
      scan.take();
      const input = parseName(scan);
      scan.expect(',');
      states.push({ input, output: parseName(scan) });
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
    ...(states.length > 0 && { states }),
  };
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
