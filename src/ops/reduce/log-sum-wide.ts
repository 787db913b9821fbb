import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { affineOf, clampCodes, quantOf } from '../../quant/quantized.ts';
import { WIDE_LOG2_BITS, type WideLogSum, wideLogSum } from '../../quant/wide-log-sum.ts';
import { POWERS } from '../../quant/wide-softmax.ts';
import { counted } from '../../support/counted.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { axisOf } from '../support/inputs.ts';
import { inLoops, linesParams } from '../support/loops.ts';
import { followInput } from '../support/moves.ts';
import { flooredHalves, ONNX_I64 } from '../support/oracle.ts';
import { narrowing } from '../support/pair-int8.ts';
import { rowsAlong } from '../support/rows.ts';
import { powerOf } from '../support/softmax-wide.ts';
import { isLogSoftmax, log2Steps, spellLogSum } from './log-sum-int8.ts';

/** LogSoftmax of codes of 16 bits, one kernel call per row; see quant/wide-log-sum.ts for the arithmetic. */
export function lowerWideLogSoftmax(node: Node, lower: LowerBuilder): void {
  const x = lower.read(0, 'any', { wide: true });
  const y = lower.write(0, followInput(node, lower), { wide: true });
  const rows = rowsAlong(axisOf(node, x.shape.length, -1), x, y);
  const { start, multiplier, ...others } = sumOf(lower.graph, node);
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const fields = Object.entries({ ...others, min, max }).map(([name, n]) => `.${name} = ${n}`);
  const sums = [`.start = ${wideNumber(start)}`, `.multiplier = ${multiplier}u`, ...fields].join(', ');
  const operands = [rows.x, rows.xStep, rows.length, powers(lower), rows.y, rows.yStep];
  lower.call({
    template: 'lines',
    params: linesParams([
      `static const nn_wide_log_sum sums = { ${sums} };`,
      ...rows.loops([`nn_log_softmax_s16(&sums, ${operands.join(', ')});`]),
    ]),
    summary: `LogSoftmax of ${counted(rows.count, 'row')} of ${rows.length}`,
    overlap: rows.inPlace ? [{ read: x, distance: 0 }] : [],
  });
}

/** C of one sum: `inner` are its loops, `element` the code that they stand at. */
export function wideLogSumText(node: Node, lower: LowerBuilder, inner: readonly number[], element: string) {
  const { start, multiplier, shift, code, logarithm, fraction } = sumOf(lower.graph, node);
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const power = `nn_exp2_u24((uint32_t)(top - ${element}), ${multiplier}u, ${shift}, ${powers(lower)})`;
  const own = `(int64_t)top * ${code} + (int64_t)nn_log2_u64(sum) * ${logarithm}`;
  return {
    lines: [
      'int32_t top = -32768;',
      ...inLoops(inner, [`top = (${element} > top) ? ${element} : top;`], 'k'),
      'uint64_t sum = 0;',
      ...inLoops(inner, [`sum += ${power};`], 'k'),
      `const int64_t acc = ${wideNumber(start)} + ${own};`,
    ],
    result: `${narrowing(node, lower)}nn_sum_s16(acc, ${fraction}, ${min}, ${max})`,
  };
}

export function wideLogSumOracle(node: Node, oracle: OracleBuilder): void {
  const { multiplier, shift, fraction, ...steps } = sumOf(oracle.graph, node);
  const number = (value: bigint) => oracle.tensor('i64', [], [value]);
  spellLogSum(node, oracle, {
    power(difference) {
      const product = oracle.node('Mul', [difference, number(BigInt(multiplier))]);
      return powerOf(oracle, flooredHalves(oracle, product, shift).quotient);
    },
    log2: (sum) => log2OfWords(oracle, sum),
    shift: fraction,
    ...steps,
  });
}

/** nn_log2_u64 over int64 tensors below 2^48. */
function log2OfWords(oracle: OracleBuilder, value: ValueName): ValueName {
  const list = (values: readonly bigint[]) => oracle.tensor('i64', [values.length], values);
  const halvings = Array.from({ length: 17 }, (_, i) => 1n << BigInt(i));
  const reached = halvings.slice(0, -1).map((unit) => {
    const less = oracle.node('Less', [value, oracle.tensor('i64', [], [unit << 32n])]);
    return oracle.node('Cast', [oracle.node('Not', [less])], { to: ONNX_I64 });
  });
  const octaves = reached.reduce((a, b) => oracle.node('Add', [a, b]));
  const word = oracle.node('Div', [value, oracle.node('Gather', [list(halvings), octaves])]);
  const steps = oracle.node('Mul', [octaves, oracle.tensor('i64', [], [1n << BigInt(WIDE_LOG2_BITS)])]);
  return oracle.node('Add', [steps, log2Steps(oracle, word, WIDE_LOG2_BITS)]);
}

function sumOf(graph: Graph, node: Node): WideLogSum {
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => affineOf(quantOf(graph, value)));
  return wideLogSum(x, y, isLogSoftmax(node) ? -1 : 1);
}

function powers(lower: LowerBuilder): string {
  return lower.table('powers', 'u32', POWERS, 'parameters', '2^(24 - j / 256)');
}

function wideNumber(value: bigint): string {
  return `INT64_C(${value})`;
}
