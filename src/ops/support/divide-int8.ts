import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { type Division, divisionParameters } from '../../quant/division.ts';
import { affineOf, clampCodes, quantOf, zeroPointOf } from '../../quant/quantized.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { centred, clampedCodes, greater, ONNX_I64 } from './oracle.ts';
import { narrowing } from './pair-int8.ts';
import { lowerPointwise } from './pointwise.ts';

/** The quotient of two tensors of codes; see quant/division.ts. */
export function lowerDivS8(node: Node, lower: LowerBuilder): void {
  const { factor, shift } = divisionOf(lower.graph, node);
  const y = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, y);
  const [a, b] = node.inputs.map((input, i) => {
    const zero = zeroPointOf(quantOf(lower.graph, input));
    return zero === 0 ? 'ab'[i] : `${'ab'[i]} - (${zero})`;
  });
  const own = node.rounding ? 'nn_div_even_s8' : 'nn_div_s8';
  const kernel = hasWideCodes(lower.graph, node) ? `${narrowing(node, lower)}nn_div_s16` : own;
  lowerPointwise(node, lower, {
    expression: `${kernel}(${a}, ${b}, ${factor}u, ${shift}, ${zeroPointOf(y)}, ${min}, ${max})`,
    title: node.op,
    onCodes: true,
  });
}

export function divOracle(node: Node, oracle: OracleBuilder): void {
  const { factor, shift, beyond } = divisionOf(oracle.graph, node);
  const number = (value: number) => oracle.tensor('i64', [], [BigInt(value)]);
  const [n, d] = node.inputs.map((input) =>
    centred(oracle, input!, zeroPointOf(quantOf(oracle.graph, input)), ONNX_I64),
  );
  const sizes = [n!, d!].map((value) => oracle.node('Abs', [value]));
  const sign = oracle.node('Mul', [oracle.node('Sign', [n!]), oracle.node('Sign', [d!])]);
  const unit = oracle.node('Mul', [sizes[1]!, number(2 ** shift)]);
  const whole = oracle.wide ? greater(oracle, unit, number(1)) : oracle.node('Max', [unit, number(1)]);
  const half = oracle.node('Div', [unit, number(2)]);
  const product = oracle.node('Mul', [sizes[0]!, number(factor)]);
  const sum = oracle.node('Add', [product, half]);
  const up = oracle.node('Div', [sum, whole]);
  const quotient = node.rounding ? evenHalves(oracle, sum, whole, up) : up;
  const signs = oracle.node('Sign', [n!]);
  // 0 / 0 is no number: the lowest code of a file.
  const ofZero = node.rounding ? oracle.node('Sub', [oracle.node('Mul', [signs, number(2)]), number(1)]) : signs;
  const byZero = oracle.node('Mul', [ofZero, number(beyond)]);
  const zero = oracle.node('Equal', [d!, number(0)]);
  const steps = oracle.node('Where', [zero, byZero, oracle.node('Mul', [quotient, sign])]);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const code = oracle.node('Add', [steps, number(zeroPointOf(y))]);
  oracle.output(0, clampedCodes(oracle, code, clampCodes(node, y)));
}

/** One less where nothing is left over of a divisor that has a half, and the quotient is odd. */
function evenHalves(oracle: OracleBuilder, sum: ValueName, unit: ValueName, quotient: ValueName): ValueName {
  const two = oracle.tensor('i64', [], [2n]);
  const rest = oracle.node('Sub', [sum, oracle.node('Mul', [quotient, unit])]);
  const odd = oracle.node('Mod', [unit, two]);
  const tie = oracle.node('Equal', [oracle.node('Add', [rest, odd]), oracle.tensor('i64', [], [0n])]);
  const one = oracle.node('Mul', [oracle.node('Cast', [tie], { to: ONNX_I64 }), oracle.node('Mod', [quotient, two])]);
  return oracle.node('Sub', [quotient, one]);
}

function divisionOf(graph: Graph, node: Node): Division {
  const [a, b, y] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((value) => affineOf(quantOf(graph, value)));
  const codes = hasWideCodes(graph, node) ? 'wide' : node.rounding ? 'imported' : 'bytes';
  return divisionParameters(a!.scale / b!.scale / y!.scale, codes);
}
