/**
 * The text form of a graph, for tests, dumps and messages. One statement per line:
 *
 *   graph NAME                                              only when the graph has a name
 *   input x: f32[1,1,2,2]
 *   const w: i8[2,1,1,1]{axis=0, scale=[0.5,0.25], zero=0, format=int4} = 1, 6
 *   c: f32[1,2,2,2] = Conv(x, w, _) pads=[1,1,1,1] clip=[0,inf] @"conv 1"
 *   range c: [0,5.5]                                        what calibration saw
 *   tie c, d                                                get one scale when they become codes
 *   size c: 0, n                                            as long along axis 0 as output n says
 *   state h, y                                              input h holds what output y gave in the run before
 *   return c
 *
 * `_` is an input or output left out; `@` gives a node's name where it is not its first output's; `domain::Op` names
 * an operator outside ai.onnx; rounding="even-steps" says where ties go; attributes called clip or rounding are written
 * "clip" and "rounding". Names with unusual characters are
 * JSON strings. A number with the suffix f is the float32 nearest to it. f16 and bf16 elements are their bits.
 * Comments start with //.
 */
import { must } from '../support/errors.ts';
import { bitsOf, fingerprint } from './tensor.ts';
import type { Attribute, DType, Graph, Node, Quant, Tensor, TensorType, ValueName } from './types.ts';

export { parseGraph } from './text-parser.ts';

export interface PrintOptions {
  /** Constants (and lists of scales) longer than this print as a hash, which parseGraph cannot read alone. Default 64. */
  readonly maxElements?: number;
}

/** Text that parseGraph reads back to an equal graph. */
export function printGraph(graph: Graph, { maxElements = 64 }: PrintOptions = {}): string {
  const type = (value: ValueName) => printType(must(graph.types.get(value), `type of '${value}'`), maxElements);
  const lines: string[] = graph.name === '' ? [] : [`graph ${printName(graph.name)}`];
  for (const input of graph.inputs) lines.push(`input ${printName(input)}: ${type(input)}`);
  for (const [name, tensor] of graph.constants) {
    lines.push(`const ${printName(name)}: ${type(name)} = ${printElements(tensor, maxElements)}`);
  }
  for (const node of graph.nodes) lines.push(printNode(graph, node, { maxElements }));
  for (const [name, { min, max, bits }] of graph.ranges ?? []) {
    const codes = bits === undefined ? '' : ` bits=${bits}`;
    lines.push(`range ${printName(name)}: [${printNumber(min)},${printNumber(max)}]${codes}`);
  }
  for (const { input, output } of graph.states ?? []) lines.push(`state ${printName(input)}, ${printName(output)}`);
  for (const values of graph.ties ?? []) lines.push(`tie ${values.map(printName).join(', ')}`);
  for (const { output, axis, count } of graph.sizes ?? []) {
    lines.push(`size ${printName(output)}: ${axis}, ${printName(count)}`);
  }
  lines.push(`return ${graph.outputs.map(printName).join(', ')}`);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** One line: typed outputs, operator, inputs, attributes. A value without a type prints as `?`, so any graph prints. */
export function printNode(graph: Graph, node: Node, { maxElements = 64 }: PrintOptions = {}): string {
  const outputs = node.outputs.map((output) => {
    if (output === null) return '_';
    const type = graph.types.get(output);
    return `${printName(output)}: ${type ? printType(type, maxElements) : '?'}`;
  });
  const inputs = node.inputs.map((input) => (input === null ? '_' : printName(input)));
  const domain = node.domain === '' ? '' : `${printWord(node.domain)}::`;
  const words = [`${outputs.join(', ')} = ${domain}${printWord(node.op)}(${inputs.join(', ')})`];
  for (const [key, value] of Object.entries(node.attributes)) {
    words.push(
      `${key === 'clip' || key === 'rounding' ? JSON.stringify(key) : printWord(key)}=${printAttribute(value)}`,
    );
  }
  if (node.clip) words.push(`clip=[${node.clip.map(printNumber)}]`);
  if (node.rounding) words.push(`rounding=${JSON.stringify(node.rounding)}`);
  if (node.name !== node.outputs.find((output) => output !== null)) words.push(`@${printName(node.name)}`);
  return words.join(' ');
}

/** 'f32[1,3]' or 'i8[2,3]{axis=0, scale=[0.5,0.25], zero=0}'. */
export function printType(type: TensorType, maxElements = 64): string {
  const plain = `${type.dtype}[${type.shape}]`;
  return type.quant ? `${plain}{${printQuant(type.quant, type.dtype, maxElements)}}` : plain;
}

function printQuant(quant: Quant, dtype: DType, maxElements: number): string {
  const parts: string[] = [];
  if (quant.bits !== bitsOf(dtype)) parts.push(`bits=${quant.bits}`);
  if (quant.axis !== null) parts.push(`axis=${quant.axis}`);
  parts.push(`scale=${printList(quant.scale, maxElements)}`);
  const [first = 0] = quant.zeroPoint;
  const uniform = quant.zeroPoint.length === quant.scale.length && quant.zeroPoint.every((zero) => zero === first);
  parts.push(`zero=${uniform ? printNumber(first) : printList(quant.zeroPoint, maxElements)}`);
  if (quant.format !== undefined) parts.push(`format=${printName(quant.format)}`);
  return parts.join(', ');
}

function printList(values: readonly number[], maxElements: number): string {
  if (values.length === 1) return printNumber(values[0]);
  return values.length > maxElements ? fingerprint(Float64Array.from(values)) : `[${values.map(printNumber)}]`;
}

function printAttribute(value: Attribute): string {
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if ('dtype' in value) return `${value.dtype}[${value.shape}](${printElements(value, Number.POSITIVE_INFINITY)})`;
  return `[${value.map((item) => (typeof item === 'number' ? printNumber(item) : JSON.stringify(item)))}]`;
}

function printElements(tensor: Tensor, maxElements: number): string {
  const { data } = tensor;
  if (data.length > maxElements) return `${fingerprint(data)} (${data.length} elements)`;
  const print = tensor.dtype === 'f32' ? printSingle : printNumber;
  return Array.from(data as ArrayLike<number | bigint>, (x) => (typeof x === 'bigint' ? `${x}` : print(x))).join(', ');
}

/** The double exactly; a float32 that is long as a double is written short with the suffix f. */
function printNumber(x: number): string {
  const exact = printDouble(x);
  const single = Math.fround(x) === x ? `${printSingle(x)}f` : exact;
  return single.length < exact.length ? single : exact;
}

/** The shortest decimal whose nearest float32 is x. */
function printSingle(x: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Object.is(Math.fround(short), x)) return printDouble(short);
  }
  return printDouble(Number.isFinite(x) && x !== 0 ? Number(x.toPrecision(9)) : x);
}

function printDouble(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf';
  return Object.is(x, -0) ? '-0' : String(x);
}

/** A value, node or graph name: bare where that is unmistakable, else a JSON string. */
export function printName(name: string): string {
  const bare = /^[A-Za-z0-9_./+-]+(::[A-Za-z0-9_./+-]+)*$/.test(name) && name !== '_' && !name.includes('//');
  return bare ? name : JSON.stringify(name);
}

/** An operator, domain or attribute key. */
function printWord(word: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(word) ? word : JSON.stringify(word);
}
