import type { Graph, Node } from '../../ir/types.ts';
import { addsRatherThanMultiplies } from '../../kernels/weights/adds.ts';
import { additionParameters } from '../../quant/addition.ts';
import { isPow2 } from '../../quant/pow2-scale.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import type { LowerBuilder, OracleBuilder, QuantizeRule } from '../op-def.ts';
import { productRequantization } from './matmul-int8.ts';
import { centred, clampedToInt8, ONNX_I64, requantized, shiftedRight } from './oracle.ts';
import { lowerPointwise } from './pointwise.ts';

/** Both operands are codes; a constant operand is quantized per tensor like an activation. */
export const binaryRule: QuantizeRule = { inputs: ['activation', 'activation'], output: 'calibrated' };

/**
 * y = clamp((a A + b B + C) >> S), one rounding; see quant/addition.ts. Sub negates the second scale. Where multiplying is
 * slow, powers of two stand in the expression itself: every compiler shifts then.
 */
export function lowerAddS8(node: Node, lower: LowerBuilder): void {
  const { A, B, C, S } = sumParameters(lower.graph, node);
  const { min, max } = clampCodes(node, quantOf(lower.graph, node.outputs[0]));
  const common = Math.min(...[A, B, C].map(trailingZeros), S);
  const [a, b, c] = [A, B, C].map((term) => term / 2 ** common);
  lowerPointwise(node, lower, {
    expression:
      addsRatherThanMultiplies(lower) && isPow2(Math.abs(a)) && isPow2(Math.abs(b))
        ? `nn_sum_s8((int32_t)a * (${a}) + (int32_t)b * (${b}) + (${c}), ${S - common}, ${min}, ${max})`
        : `nn_add_s8(a, b, ${A}, ${B}, ${C}, ${S}, ${min}, ${max})`,
    title: node.op,
    onCodes: true,
  });
}

/** How often 2 divides an int32; 32 for 0. */
function trailingZeros(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

export function addOracle(node: Node, oracle: OracleBuilder): void {
  const { A, B, C, S } = sumParameters(oracle.graph, node);
  const scaled = (i: number, factor: number) => {
    const codes = oracle.node('Cast', [node.inputs[i]!], { to: ONNX_I64 });
    return oracle.node('Mul', [codes, oracle.tensor('i64', [], [BigInt(factor)])]);
  };
  const sum = oracle.node('Add', [scaled(0, A), scaled(1, B)]);
  const rounded = oracle.node('Add', [sum, oracle.tensor('i64', [], [BigInt(C)])]);
  const code = shiftedRight(oracle, rounded, S);
  oracle.output(0, clampedToInt8(oracle, code, clampCodes(node, quantOf(oracle.graph, node.outputs[0]))));
}

function sumParameters(graph: Graph, node: Node) {
  const [a, b, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.inputs[1]), quantOf(graph, node.outputs[0])];
  const sign = node.op === 'Sub' ? -1 : 1;
  return additionParameters(scaleOf(a), zeroPointOf(a), sign * scaleOf(b), zeroPointOf(b), scaleOf(y), zeroPointOf(y));
}

/** y = requantize((a - za) (b - zb)). */
export function lowerMulS8(node: Node, lower: LowerBuilder): void {
  const [a, b, y] = [0, 1]
    .map((i) => quantOf(lower.graph, node.inputs[i]))
    .concat(quantOf(lower.graph, node.outputs[0]));
  const { multiplier, leftShift } = productRequantization(lower.graph, node);
  const { min, max } = clampCodes(node, y!);
  const quant = `&(const nn_quant){ ${leftShift}, ${zeroPointOf(y!)}, ${min}, ${max} }`;
  const factor = (name: string, zeroPoint: number) => (zeroPoint === 0 ? name : `(${name} - (${zeroPoint}))`);
  lowerPointwise(node, lower, {
    expression: `nn_requantize_s8(${quant}, ${factor('a', zeroPointOf(a!))} * ${factor('b', zeroPointOf(b!))}, ${multiplier[0]})`,
    title: node.op,
    onCodes: true,
  });
}

export function mulOracle(node: Node, oracle: OracleBuilder): void {
  const factor = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_I64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const product = oracle.node('Mul', [factor(0), factor(1)]);
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, product, scales, [], zeroPointOf(y), clampCodes(node, y)));
}
