import type { Graph, Node } from '../../ir/types.ts';
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
  const kernel = hasWideCodes(lower.graph, node) ? `${narrowing(node, lower)}nn_div_s16` : 'nn_div_s8';
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
  const quotient = oracle.node('Div', [oracle.node('Add', [product, half]), whole]);
  const byZero = oracle.node('Mul', [oracle.node('Sign', [n!]), number(beyond)]);
  const zero = oracle.node('Equal', [d!, number(0)]);
  const steps = oracle.node('Where', [zero, byZero, oracle.node('Mul', [quotient, sign])]);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const code = oracle.node('Add', [steps, number(zeroPointOf(y))]);
  oracle.output(0, clampedCodes(oracle, code, clampCodes(node, y)));
}

function divisionOf(graph: Graph, node: Node): Division {
  const [a, b, y] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((value) => affineOf(quantOf(graph, value)));
  return divisionParameters(a!.scale / b!.scale / y!.scale, hasWideCodes(graph, node));
}
