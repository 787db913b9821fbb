import type { Graph, Node } from '../../ir/types.ts';
import { outputClampParams } from '../../kernels/weights/weight-tables.ts';
import { clampCodes, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { requantization } from '../../quant/requantize.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { matMulNest } from './matmul.ts';
import { centred, ONNX_F64, ONNX_I64, requantized } from './oracle.ts';

/** Product of two int8 activations, both zero points subtracted in the loop. */
export function lowerMatMulS8(node: Node, lower: LowerBuilder): void {
  const nest = matMulNest(node, lower);
  const { multiplier, leftShift } = productRequantization(lower.graph, node);
  lower.call({
    template: 'matmul_s8',
    params: {
      ...nest.params,
      a_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
      b_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[1])),
      multiplier: multiplier[0]!,
      left_shift: leftShift,
      ...outputClampParams(node, lower),
    },
    macs: nest.macs,
    summary: nest.summary,
  });
}

export function matMulOracle(node: Node, oracle: OracleBuilder): void {
  const side = (i: number) =>
    centred(oracle, node.inputs[i]!, zeroPointOf(quantOf(oracle.graph, node.inputs[i])), ONNX_F64);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const acc = oracle.node('Cast', [oracle.node('MatMul', [side(0), side(1)])], { to: ONNX_I64 });
  const scales = productRequantization(oracle.graph, node);
  oracle.output(0, requantized(oracle, acc, scales, [], zeroPointOf(y), clampCodes(node, y)));
}

/** Scale of (x0 - z0) * (x1 - z1) over the scale of the output. */
export function productRequantization(graph: Graph, node: Node) {
  const [a, b, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.inputs[1]), quantOf(graph, node.outputs[0])];
  return requantization([(scaleOf(a) * scaleOf(b)) / scaleOf(y)]);
}
