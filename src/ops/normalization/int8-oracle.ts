import type { Node } from '../../ir/types.ts';
import { clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { OracleBuilder } from '../op-def.ts';
import { centred, clampedCodes, ONNX_F64, ONNX_I64, shiftedRight } from '../support/oracle.ts';
import { isLong, normalizationOf, rowsOf } from './int8.ts';

/** The exponents of 4 by which a variance may be divided, the bits of the least number that is left, and of the root's inverse. */
const BYTES = { exponents: steps(-15, 15), least: 30, inverse: 31 };
const WIDE = { exponents: steps(-24, 7), least: 48, inverse: 49 };

function steps(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** What quant/normalization.ts defines, over int64 tensors [batch, groups, length]. */
export function normalizationOracle(node: Node, oracle: OracleBuilder): void {
  const { batch, groups, length, run, centre } = rowsOf(oracle.graph, node);
  const { epsilon, fraction, factors, offsets, shift, ...more } = normalizationOf(oracle.graph, node);
  const lift = 'lift' in more ? more.lift : 0;
  const list = (values: readonly bigint[]) => oracle.tensor('i64', [values.length], values);
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  const last = list([2n]);
  const total = (value: string) => oracle.node('ReduceSum', [value, last], { keepdims: 1 });
  const [x] = node.inputs;
  const shape = oracle.type(x).shape;
  const codes = centred(oracle, x!, zeroPointOf(quantOf(oracle.graph, x)), ONNX_I64);
  const rows = oracle.node('Reshape', [codes, list([batch, groups, length].map(BigInt))]);
  const times = number(BigInt(length));
  const sum = centre ? total(rows) : number(0n);
  const squares = total(oracle.node('Mul', [rows, rows]));
  const spread = oracle.node('Sub', [oracle.node('Mul', [squares, times]), oracle.node('Mul', [sum, sum])]);
  const lifted = lift > 0 ? oracle.node('Mul', [spread, number(4n ** BigInt(lift))]) : spread;
  const variance = oracle.node('Add', [lifted, number(epsilon)]);

  // Where 4^e divides: one step up at each of 2^2, 2^4, ... 2^30, 2^32, ... 2^60.
  const { exponents, least, inverse: bits } = isLong(oracle.graph, node) ? WIDE : BYTES;
  const limits = exponents.slice(1).map((e) => 1n << BigInt(least + 2 * e));
  const below = oracle.node('Cast', [oracle.node('Less', [variance, list(limits)])], { to: ONNX_I64 });
  const place = oracle.node('Sub', [number(BigInt(exponents.length - 1)), total(below)]);
  const at = (value: (e: number) => bigint) => oracle.node('Gather', [list(exponents.map(value)), place]);
  const raised = oracle.node('Mul', [variance, at((e) => 4n ** BigInt(Math.max(0, -e)))]);
  const mantissa = oracle.node('Div', [raised, at((e) => 4n ** BigInt(Math.max(0, e)))]);
  const root = oracle.node('Cast', [oracle.node('Sqrt', [oracle.node('Cast', [mantissa], { to: ONNX_F64 })])], {
    to: ONNX_I64,
  });
  const half = oracle.node('Div', [root, number(2n)]);
  const inverse = oracle.node('Div', [oracle.node('Add', [half, number(1n << BigInt(bits))]), root]);

  const distance = oracle.node('Sub', [oracle.node('Mul', [rows, times]), sum]);
  const right = (e: number) => BigInt(Math.max(1, bits + e - lift - fraction));
  const product = oracle.node('Mul', [distance, inverse]);
  const rounded = oracle.node('Add', [product, at((e) => (1n << 61n) + (1n << (right(e) - 1n)))]);
  const quotient = oracle.node('Div', [rounded, at((e) => 1n << right(e))]);
  const normal = oracle.node('Sub', [quotient, at((e) => 1n << (61n - right(e)))]);

  const everywhere = (values: ArrayLike<number | bigint>) =>
    oracle.tensor(
      'i64',
      [groups, length],
      Array.from({ length: groups * length }, (_, i) => BigInt(values[Math.floor(i / run)])),
    );
  const scaled = oracle.node('Mul', [normal, everywhere(factors)]);
  const step = shiftedRight(oracle, oracle.node('Add', [scaled, everywhere(offsets)]), shift);
  const y = clampedCodes(oracle, step, clampCodes(node, quantOf(oracle.graph, node.outputs[0])));
  oracle.output(0, oracle.node('Reshape', [y, list(shape.map(BigInt))]));
}
