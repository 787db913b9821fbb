import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { affineOf, clampCodes, quantOf } from '../../quant/quantized.ts';
import { type WeightedSum, weightedSum } from '../../quant/weighted-sum.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { clampedCodes, evenAtTies, greater, lesser, ONNX_I64, shiftedRight } from './oracle.ts';
import { narrowing } from './pair-int8.ts';
import { elementName, lowerPointwise, type Step } from './pointwise.ts';

/**
 * y = clamp((start + x_1 A_1 + C_1 + ...) >> S), or the largest (smallest) term for the sum; see quant/weighted-sum.ts. In files of
 * other tools a tie goes to the even step.
 */
export function lowerSeveralS8(node: Node, lower: LowerBuilder): void {
  const sum = termsOf(lower.graph, node);
  const wide = hasWideCodes(lower.graph, node);
  const parity = parityOf(lower.graph, node);
  const long = wide || parity !== null;
  const own = parity === null ? 'nn_sum_s8' : 'nn_sum_wide_s8';
  const [ctype, kernel] = [long ? 'int64_t' : 'int32_t', wide ? `${narrowing(node, lower)}nn_sum_s16` : own];
  const element = (i: number) => (long ? `(int64_t)${elementName(i)}` : elementName(i));
  const terms = node.inputs.map((_, i) => termText(element(i), sum, i));
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const ending = `, ${sum.shift}, ${parity === null ? '' : `${parity}, `}${min}, ${max})`;
  if (!isExtreme(node)) {
    const total = [...terms, `(${sum.start})`].join(' + ');
    return lowerPointwise(node, lower, { expression: `${kernel}(${total}${ending}`, title: node.op, onCodes: true });
  }
  const steps = terms.map((value, i): Step => ({ ctype, name: `term${i}`, value }));
  for (let i = 1; i < terms.length; i++) {
    const best = i === 1 ? 'term0' : `best${i - 1}`;
    const value = `(term${i} ${node.op === 'Max' ? '>' : '<'} ${best}) ? term${i} : ${best}`;
    steps.push({ ctype, name: `best${i}`, value });
  }
  const best = steps.at(-1)?.name;
  lowerPointwise(node, lower, {
    steps,
    expression: `${kernel}(${best} + (${sum.start})${ending}`,
    title: node.op,
    onCodes: true,
  });
}

export function severalOracle(node: Node, oracle: OracleBuilder): void {
  const { factors, offsets, start, shift } = termsOf(oracle.graph, node);
  const number = (value: number) => oracle.tensor('i64', [], [BigInt(value)]);
  const terms = node.inputs.map((input, i) => {
    const product = oracle.node('Mul', [oracle.node('Cast', [input], { to: ONNX_I64 }), number(factors[i])]);
    return oracle.node('Add', [product, number(offsets[i])]);
  });
  const best = node.op === 'Max' ? greater : lesser;
  const joined = terms.reduce((a: ValueName, b) => {
    if (!isExtreme(node)) return oracle.node('Add', [a, b]);
    return oracle.wide ? best(oracle, a, b) : oracle.node(node.op, [a, b]);
  });
  const parity = parityOf(oracle.graph, node);
  const sum = oracle.node('Add', [joined, number(start)]);
  const up = shiftedRight(oracle, sum, shift);
  const step = parity === null || shift === 0 ? up : evenAtTies(oracle, sum, up, shift, parity);
  oracle.output(0, clampedCodes(oracle, step, clampCodes(node, quantOf(oracle.graph, node.outputs[0]))));
}

/** Of the code that a tie goes to, where the step is even; null: ties go up. */
function parityOf(graph: Graph, node: Node): 0 | 1 | null {
  if (!node.rounding || hasWideCodes(graph, node)) return null;
  return affineOf(quantOf(graph, node.outputs[0])).zeroPoint % 2 === 0 ? 0 : 1;
}

function isExtreme({ op }: Node): boolean {
  return op === 'Max' || op === 'Min';
}

function termsOf(graph: Graph, node: Node): WeightedSum {
  const share = node.op === 'Mean' ? node.inputs.length : 1;
  const terms = node.inputs.map((input) => {
    const { scale, zeroPoint } = affineOf(quantOf(graph, input));
    return { scale: scale / share, zeroPoint };
  });
  const kind = hasWideCodes(graph, node) ? 'wide' : node.rounding ? 'imported' : 'bytes';
  return weightedSum(terms, affineOf(quantOf(graph, node.outputs[0])), kind);
}

function termText(element: string, { factors, offsets }: WeightedSum, i: number): string {
  const product = `${element} * ${factors[i]}`;
  return offsets[i] === 0 ? product : `(${product} ${offsets[i] < 0 ? '-' : '+'} ${Math.abs(offsets[i])})`;
}
