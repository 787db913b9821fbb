/**
 * What is true of every graph between two passes:
 *
 * 1. Inputs, constants and node outputs have different names: each value is defined exactly once.
 * 2. A node reads only inputs, constants and outputs of nodes before it (topological order).
 * 3. Every value has a type, and every type belongs to a value. Dimensions are whole and not negative.
 * 4. A constant has the element type and shape of its type, one array slot per element, and the right array for it.
 * 5. Quantized types: an integer type of at least `bits` bits, scales positive and finite, as many zero points as
 *    scales, each one a code; one scale without an axis, else one per index along an axis that exists.
 *    The codes of a constant fit their bits.
 * 6. There is at least one output; outputs are different values and all are defined.
 *    A size names two of them and an axis of the first; the count is an int32 scalar.
 * 7. Nothing is dead: an output needs every node and every constant.
 * 8. A node has an operator and an output that is not null; a clip has min <= max and stands on a node with one
 *    output of real numbers (float or codes).
 */
import { InvariantError } from '../support/errors.ts';
import { elementCount } from './shape.ts';
import { bitsOf, createData } from './tensor.ts';
import { printName, printNode, printType } from './text.ts';
import type { Graph, Node, Quant, Tensor, TensorType, TypedArray, ValueName } from './types.ts';

/** Throws InvariantError that lists every violation, each with the printed entity. `when` is for the message. */
export function verifyGraph(graph: Graph, when = 'in this graph'): void {
  const problems = violations(graph);
  if (problems.length > 0) throw new InvariantError(`broken invariants ${when}:\n  ${problems.join('\n  ')}`);
}

/** Every violated property, one line each; empty for a sound graph. */
export function violations(graph: Graph): string[] {
  const problems: string[] = [];
  const defined = new Set<ValueName>();
  const define = (value: ValueName, entity: string) => {
    if (defined.has(value)) problems.push(`${entity}: '${value}' is defined twice`);
    defined.add(value);
    const type = graph.types.get(value);
    if (!type) problems.push(`${entity}: '${value}' has no type`);
    else problems.push(...typeViolations(type).map((text) => `${printName(value)}: ${printType(type)}: ${text}`));
  };

  for (const input of graph.inputs) define(input, `input ${printName(input)}`);
  for (const [name, tensor] of graph.constants) {
    define(name, `const ${printName(name)}`);
    const type = graph.types.get(name);
    if (type) problems.push(...constantViolations(tensor, type).map((text) => `const ${printName(name)}: ${text}`));
  }
  const needed = neededValues(graph);
  for (const node of graph.nodes) {
    const entity = printNode(graph, node);
    for (const input of node.inputs) {
      if (input !== null && !defined.has(input)) problems.push(`${entity}: reads '${input}' before it is defined`);
    }
    problems.push(...nodeViolations(graph, node, needed).map((text) => `${entity}: ${text}`));
    for (const output of node.outputs) if (output !== null) define(output, entity);
  }
  for (const name of graph.constants.keys()) {
    if (!needed.has(name)) problems.push(`const ${printName(name)}: nothing needs it`);
  }
  for (const name of graph.types.keys()) {
    if (!defined.has(name)) problems.push(`type of ${printName(name)}: there is no such value`);
  }
  if (graph.outputs.length === 0) problems.push('return: there is no output');
  const returned = new Set<ValueName>();
  for (const output of graph.outputs) {
    if (!defined.has(output)) problems.push(`return ${printName(output)}: it is not defined`);
    if (returned.has(output)) problems.push(`return ${printName(output)}: returned twice`);
    returned.add(output);
  }
  for (const { output, axis, count } of graph.sizes ?? []) {
    const [sized, counted] = [graph.types.get(output), graph.types.get(count)];
    const sound = returned.has(output) && returned.has(count) && sized && axis in sized.shape;
    if (!sound || counted?.dtype !== 'i32' || counted.shape.length > 0) {
      problems.push(`size ${printName(output)}: axis ${axis} and count ${printName(count)} do not fit`);
    }
  }
  return problems;
}

/** Graph outputs and all that nodes read on the way to them. */
function neededValues(graph: Graph): Set<ValueName | null> {
  const needed = new Set<ValueName | null>(graph.outputs);
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => output !== null && needed.has(output))) continue;
    for (const input of node.inputs) if (input !== null) needed.add(input);
  }
  return needed;
}

function nodeViolations(graph: Graph, node: Node, needed: ReadonlySet<ValueName | null>): string[] {
  const problems: string[] = [];
  const outputs = node.outputs.filter((output) => output !== null);
  if (node.op === '') problems.push('it has no operator');
  if (outputs.length === 0) problems.push('it has no output');
  else if (!outputs.some((output) => needed.has(output))) problems.push('no output needs it');
  if (node.clip === null) return problems;
  if (!(node.clip[0] <= node.clip[1])) problems.push('clip is empty or not a number');
  if (node.outputs.length !== 1) problems.push('clip on a node with several outputs');
  const type = outputs[0] === undefined ? undefined : graph.types.get(outputs[0]);
  if (type && !type.quant && !/^b?f\d+$/.test(type.dtype)) problems.push('clip on integers that are no codes');
  return problems;
}

function typeViolations({ dtype, shape, quant }: TensorType): string[] {
  const problems: string[] = [];
  if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
    problems.push('a dimension is not a whole number');
  }
  if (quant === null) return problems;
  const { bits, scale, zeroPoint, axis } = quant;
  const range = codeRange(quant, dtype);
  if (!range) problems.push(`${dtype} cannot hold codes of ${bits} bits`);
  if (scale.length === 0) problems.push('there is no scale');
  if (!scale.every((s) => s > 0 && Number.isFinite(s))) problems.push('a scale is not positive and finite');
  if (zeroPoint.length !== scale.length) problems.push(`${zeroPoint.length} zero points for ${scale.length} scales`);
  if (range && !zeroPoint.every((zero) => Number.isInteger(zero) && zero >= range[0] && zero <= range[1])) {
    problems.push(`a zero point is not a code from ${range[0]} to ${range[1]}`);
  }
  if (axis === null ? scale.length > 1 : !(axis in shape) || shape[axis] !== scale.length) {
    problems.push(axis === null ? 'several scales and no axis' : `${scale.length} scales do not fit axis ${axis}`);
  }
  return problems;
}

/** Smallest and largest code, or null when the element type cannot hold `bits` bits. */
function codeRange(quant: Quant, dtype: TensorType['dtype']): readonly [number, number] | null {
  const { bits } = quant;
  if (!/^[iu]\d/.test(dtype) || !Number.isInteger(bits) || bits < 1 || bits > bitsOf(dtype)) return null;
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

function constantViolations(tensor: Tensor, type: TensorType): string[] {
  if (tensor.dtype === 'string') return ['a constant cannot hold strings'];
  const problems: string[] = [];
  const { dtype, shape, data } = tensor;
  if (dtype !== type.dtype || shape.join() !== type.shape.join())
    problems.push(`it is ${dtype}[${shape}], its type ${printType(type)}`);
  if (data.length !== elementCount(shape)) problems.push(`${data.length} elements for ${dtype}[${shape}]`);
  if (data.constructor !== createData(dtype, 0).constructor)
    problems.push(`${data.constructor.name} cannot hold ${dtype}`);
  const range = type.quant && codeRange(type.quant, dtype);
  if (range && leaves(data, range)) {
    problems.push(`a code is outside ${range[0]} .. ${range[1]}`);
  }
  return problems;
}

function leaves(data: TypedArray, [min, max]: readonly [number, number]): boolean {
  for (const code of data) if (code < min || code > max) return true;
  return false;
}
