import { intAttribute } from '../../ir/attributes.ts';
import { elementCount, normalizeAxis } from '../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { LOG2_BITS, type LogSum, logSum } from '../../quant/log-sum.ts';
import { affineOf, clampCodes, quantOf } from '../../quant/quantized.ts';
import { counted } from '../../support/counted.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { axisOf } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { followInput } from '../support/moves.ts';
import { clampedCodes, ONNX_I64, shiftedRight } from '../support/oracle.ts';
import { rowsAlong } from '../support/rows.ts';

/** Most exponentials of a sum, so that each has 8 bits at least. */
const MOST = 2 ** 24;

/** LogSoftmax and ReduceLogSumExp; see quant/log-sum.ts for the arithmetic, and quant/wide-log-sum.ts. */
export const logSumRule: QuantizeRule = {
  inputs: ['activation'],
  output: 'calibrated',
  wide: true,
  refuse(node, graph) {
    if (node.rounding) return 'files of other tools are rounded in float here';
    const count = summed(graph, node);
    return count >= 1 && count <= MOST ? null : `it adds ${count} exponentials`;
  },
};

function logSumOf(graph: Graph, node: Node): LogSum {
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => affineOf(quantOf(graph, value)));
  return logSum(x, y, summed(graph, node), isLogSoftmax(node) ? -1 : 1);
}

/** One kernel call per row. */
export function lowerLogSoftmaxS8(node: Node, lower: LowerBuilder): void {
  const x = lower.read(0, 'any');
  const y = lower.write(0, followInput(node, lower));
  const rows = rowsAlong(axisOf(node, x.shape.length, -1), x, y);
  const sum = logSumOf(lower.graph, node);
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const { start, code, logarithm, shift } = sum;
  const numbers = Object.entries({ start, code, logarithm, shift, min, max }).map(([name, n]) => `.${name} = ${n}`);
  const operands = [rows.x, rows.xStep, rows.length, expTable(node, lower, sum), rows.y, rows.yStep];
  lower.call({
    template: 'lines',
    params: linesParams([
      `static const nn_log_sum sums = { ${numbers.join(', ')} };`,
      ...rows.loops([`nn_log_softmax_s8(&sums, ${operands.join(', ')});`]),
    ]),
    summary: `LogSoftmax of ${counted(rows.count, 'row')} of ${rows.length}`,
    overlap: rows.inPlace ? [{ read: x, distance: 0 }] : [],
  });
}

/** C of one sum: `inner` are its loops, `element` the code that they stand at. */
export function logSumText(node: Node, lower: LowerBuilder, inner: readonly number[], element: string) {
  const sum = logSumOf(lower.graph, node);
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const table = expTable(node, lower, sum);
  return {
    lines: [
      'int32_t top = -128;',
      ...inLoops(inner, [`top = (${element} > top) ? ${element} : top;`], 'k'),
      'uint32_t sum = 0;',
      ...inLoops(inner, [`sum += ${table}[top - ${element}];`], 'k'),
      `const int32_t acc = ${sum.start} + top * ${sum.code} + nn_log2_u32(sum, ${LOG2_BITS}) * ${sum.logarithm};`,
    ],
    result: `nn_sum_s8(acc, ${sum.shift}, ${min}, ${max})`,
  };
}

function expTable(node: Node, lower: LowerBuilder, { table }: LogSum): string {
  const comment = `exp(-d * scale) in fixed point by code difference d, of ${node.name}`;
  return lower.table('exp', 'u32', table, 'parameters', comment);
}

export function logSumOracle(node: Node, oracle: OracleBuilder): void {
  const { table, code, logarithm, start, shift } = logSumOf(oracle.graph, node);
  const powers = oracle.tensor('i64', [256], [...table].map(BigInt));
  spellLogSum(node, oracle, {
    power: (difference) => oracle.node('Gather', [powers, difference]),
    log2: (sum) => log2Steps(oracle, sum, LOG2_BITS),
    ...{ code, logarithm, start: BigInt(start), shift },
  });
}

/** What differs between sums of 32 bits and of 64. */
export interface LogSumParts {
  power(difference: ValueName): ValueName;
  log2(sum: ValueName): ValueName;
  readonly code: number;
  readonly logarithm: number;
  readonly start: bigint;
  readonly shift: number;
}

export function spellLogSum(node: Node, oracle: OracleBuilder, { power, log2, ...steps }: LogSumParts): void {
  const { code, logarithm, start, shift } = steps;
  const { shape } = oracle.type(node.inputs[0]);
  const number = (value: number | bigint) => oracle.tensor('i64', [], [BigInt(value)]);
  const axis = normalizeAxis(intAttribute(node, 'axis', -1), shape.length);
  const axes = isLogSoftmax(node) ? oracle.tensor('i64', [1], [BigInt(axis)]) : (node.inputs[1] ?? null);
  const { noop_with_empty_axes: empty = 0 } = node.attributes;
  const along = (op: string, value: ValueName, keepdims: number) =>
    oracle.node(op, [value, axes], { keepdims, noop_with_empty_axes: empty });
  const codes = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I64 });
  const largest = along('ReduceMax', codes, 1);
  const difference = oracle.node('Sub', [largest, codes]);
  const powers = power(difference);
  const keep = isLogSoftmax(node) ? 1 : intAttribute(node, 'keepdims', 1);
  const log = oracle.node('Mul', [log2(along('ReduceSum', powers, keep)), number(logarithm)]);
  const own = isLogSoftmax(node) ? difference : along('ReduceMax', codes, keep);
  const both = oracle.node('Add', [oracle.node('Mul', [own, number(code)]), log]);
  const sum = oracle.node(isLogSoftmax(node) ? 'Sub' : 'Add', [number(start), both]);
  const clamp = clampCodes(node, quantOf(oracle.graph, node.outputs[0]));
  oracle.output(0, clampedCodes(oracle, shiftedRight(oracle, sum, shift), clamp));
}

/** nn_log2_u32 over int64 tensors: the mantissa in 2^30 .. 2^31, squared once for every digit. */
export function log2Steps(oracle: OracleBuilder, value: ValueName, digits: number): ValueName {
  const number = (n: bigint) => oracle.tensor('i64', [], [n]);
  const truth = (test: ValueName) => oracle.node('Cast', [test], { to: ONNX_I64 });
  const reached = (n: bigint) => truth(oracle.node('Not', [oracle.node('Less', [value, number(n)])]));
  const places = Array.from({ length: 31 }, (_, i) => reached(1n << BigInt(i + 1)));
  let result = places.reduce((a, b) => oracle.node('Add', [a, b]));
  const powers = Array.from({ length: 32 }, (_, i) => 1n << BigInt(31 - i));
  const raised = oracle.node('Mul', [value, oracle.node('Gather', [oracle.tensor('i64', [32], powers), result])]);
  let mantissa = oracle.node('Div', [raised, number(2n)]);
  for (let bit = 0; bit < digits; bit++) {
    const square = oracle.node('Div', [oracle.node('Mul', [mantissa, mantissa]), number(1n << 30n)]);
    const digit = oracle.node('Div', [square, number(1n << 31n)]);
    result = oracle.node('Add', [oracle.node('Add', [result, result]), digit]);
    mantissa = oracle.node('Div', [square, oracle.node('Add', [digit, number(1n)])]);
  }
  return result;
}

export function isLogSoftmax({ op }: Node): boolean {
  return op === 'LogSoftmax';
}

/** How many exponentials are added. */
function summed(graph: Graph, node: Node): number {
  const { shape } = graph.types.get(node.inputs[0]!)!;
  if (isLogSoftmax(node)) return shape[normalizeAxis(intAttribute(node, 'axis', -1), shape.length)] ?? 1;
  const results = elementCount(graph.types.get(node.outputs[0]!)!.shape);
  return elementCount(shape) / Math.max(1, results);
}
