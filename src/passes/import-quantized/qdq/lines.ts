import { constantOf, producerOf, typeOf } from '../../../ir/graph.ts';
import { numbersOf, tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../../ir/types.ts';
import { ONNX_I8, ONNX_I16, ONNX_I32 } from '../../../ops/support/oracle.ts';
import { stepOf } from '../../../quant/wide-table.ts';
import { isOp, uniformConstant } from '../../float/match.ts';
import type { PlainGraph } from './plain-graph.ts';

/** What its codes are taken for before they are divided, so that no number is negative. */
const LEAST = 2 ** 15;

/** A table of codes of 16 bits: quant/wide-table.ts. */
export interface Lines {
  readonly entries: Tensor;
  /** Bits of an entry below the code of the result. */
  readonly fraction: number;
}

/**
 * Such a table in plain ONNX, in int32 whose numbers are below 2^27, as in the definition but that nothing is negative:
 *
 *     u = x + 2^15,  i = u / 2^step,  f = u mod 2^step
 *     y = (A[i] + D[i] f) / 2^(step + fraction) - 2^15 / 2^fraction
 *     A[i] = (T[i] + 2^15) 2^step + half,  D[i] = T[i + 1] - T[i]
 *
 * @param x integers: the codes
 */
export function writeLines(
  plain: PlainGraph,
  x: ValueName,
  { entries, fraction }: Lines,
  node: Node,
  output: ValueName,
) {
  const { shape, dtype } = typeOf(plain.graph, node.outputs[0]);
  const name = (part: string) => `${output}.${part}`;
  const number = (part: string, value: number) => plain.constant(name(part), tensorOf('i32', [], [value]));
  const compute = (op: string, inputs: readonly ValueName[], part: string) =>
    plain.node(op, inputs, name(part), { dtype: 'i32', shape }, op === 'Cast' ? { to: ONNX_I32 } : {});
  const { starts, slopes, step } = partsOf(numbersOf(entries), fraction);
  const place = compute('Add', [compute('Cast', [x], 'wide'), number('offset', LEAST)], 'place');
  const length = number('length', 2 ** step);
  const interval = compute('Div', [place, length], 'interval');
  const along = compute('Mod', [place, length], 'along');
  const pick = (part: string, values: readonly number[]) =>
    compute('Gather', [plain.constant(name(`${part}s`), tensorOf('i32', [values.length], values)), interval], part);
  const rise = compute('Mul', [pick('slope', slopes), along], 'rise');
  const sum = compute('Add', [pick('start', starts), rise], 'sum');
  const code = compute('Div', [sum, number('divisor', 2 ** (step + fraction))], 'code');
  const result = compute('Sub', [code, number('least', LEAST / 2 ** fraction)], 'signed');
  const to = dtype === 'i16' ? ONNX_I16 : ONNX_I8;
  plain.nodes.push({ ...node, op: 'Cast', domain: '', inputs: [result], outputs: [output], attributes: { to } });
}

/** What the Cast at the end of such a spelling says; null for any other node. */
export function readLines(graph: Graph, cast: Node): (Lines & { readonly x: ValueName }) | null {
  const signed = isOp(cast, 'Cast') ? withNumber(graph, cast.inputs[0], 'Sub') : null;
  const code = withNumber(graph, signed?.x, 'Div');
  const sum = nodeOf(graph, code?.x, 'Add');
  const start = nodeOf(graph, sum?.inputs[0], 'Gather');
  const rise = nodeOf(graph, sum?.inputs[1], 'Mul');
  const slope = nodeOf(graph, rise?.inputs[0], 'Gather');
  const along = withNumber(graph, rise?.inputs[1], 'Mod');
  const interval = withNumber(graph, start?.inputs[1], 'Div');
  const place = withNumber(graph, interval?.x, 'Add');
  const x = nodeOf(graph, place?.x, 'Cast')?.inputs[0];
  const [starts, slopes] = [constantOf(graph, start?.inputs[0]), constantOf(graph, slope?.inputs[0])];
  if (!signed || !code || !along || !interval || !start || !slope || !x || !starts || !slopes) return null;
  const alike = along.x === interval.x && along.by === interval.by && slope.inputs[1] === start.inputs[1];
  if (!alike || place?.by !== LEAST || starts.shape.length !== 1 || starts.dtype !== 'i32') return null;
  const fraction = Math.log2(code.by / interval.by);
  const entries = entriesOf(numbersOf(starts), numbersOf(slopes), interval.by, code.by);
  if (signed.by !== LEAST / 2 ** fraction || !entries.every((entry) => Math.abs(entry) <= LEAST)) return null;
  const again = Number.isInteger(stepOf(entries.length)) ? partsOf(entries, fraction) : null;
  if (!again || 2 ** again.step !== interval.by) return null;
  if (!sameNumbers(again.starts, numbersOf(starts)) || !sameNumbers(again.slopes, numbersOf(slopes))) return null;
  return { x, fraction, entries: tensorOf('i16', [entries.length], entries) };
}

function partsOf(entries: readonly number[], fraction: number) {
  const step = stepOf(entries.length);
  const half = 2 ** (step + fraction - 1);
  const starts = entries.slice(0, -1).map((entry) => (entry + LEAST) * 2 ** step + half);
  return { step, starts, slopes: entries.slice(1).map((entry, i) => entry - entries[i]) };
}

function entriesOf(starts: readonly number[], slopes: readonly number[], length: number, divisor: number): number[] {
  const entries = starts.map((start) => (start - divisor / 2) / length - LEAST);
  return [...entries, (entries.at(-1) ?? 0) + (slopes.at(-1) ?? 0)];
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function nodeOf(graph: Graph, value: ValueName | null | undefined, op: string): Node | null {
  const node = producerOf(graph, value);
  return isOp(node, op) && node.clip === null ? node : null;
}

/** An operator whose second input is one number. */
function withNumber(graph: Graph, value: ValueName | null | undefined, op: string) {
  const node = nodeOf(graph, value, op);
  const by = uniformConstant(graph, node?.inputs[1]);
  return node?.inputs[0] && by !== null ? { x: node.inputs[0], by } : null;
}
