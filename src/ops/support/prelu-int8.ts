import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { formSuffix } from '../../kernels/forms.ts';
import { zeroPointField } from '../../quant/imported-scales.ts';
import { clampCodes, layerRequantization, quantOf, scaleOf, spanOf, zeroPointOf } from '../../quant/quantized.ts';
import { productScale, type Requantization } from '../../quant/requantize.ts';
import { hasWideCodes, wideCodesRequantization } from '../../quant/wide-codes.ts';
import type { LowerBuilder, OracleBuilder } from '../op-def.ts';
import { centred, ONNX_I32, ONNX_I64, requantized } from './oracle.ts';
import { narrowing } from './pair-int8.ts';
import { lowerPointwise } from './pointwise.ts';

/** y = requantize(v) for v = x - zero point of 0 or more, requantize(v (slope - zero point)) below; each with its scale. */
export function lowerPreluS8(node: Node, lower: LowerBuilder): void {
  const { above, below } = preluScales(lower.graph, node);
  const y = quantOf(lower.graph, node.outputs[0]);
  const { min, max } = clampCodes(node, y);
  const [x, slope] = node.inputs.map((input) => zeroPointOf(quantOf(lower.graph, input)));
  const wide = hasWideCodes(lower.graph, node);
  lower.requantizes(below.form ?? above.form);
  const code = (scale: Requantization, acc: string) => {
    const kernel = wide
      ? `${narrowing(node, lower)}nn_requantize_s16_s64`
      : `nn_requantize_s8${formSuffix(scale.form)}`;
    const fields = [scale.leftShift, zeroPointField(scale, zeroPointOf(y)), min, max];
    return `${kernel}(&(const nn_quant){ ${fields.join(', ')} }, ${acc}, ${scale.multiplier[0]})`;
  };
  lowerPointwise(node, lower, {
    steps: [{ ctype: wide ? 'int64_t' : 'int32_t', name: 'v', value: x === 0 ? 'a' : `a - (${x})` }],
    expression: `(v < 0) ? ${code(below, slope === 0 ? 'v * b' : `v * (b - (${slope}))`)} : ${code(above, 'v')}`,
    title: node.op,
    onCodes: true,
  });
}

export function preluOracle(node: Node, oracle: OracleBuilder): void {
  const { above, below } = preluScales(oracle.graph, node);
  const y = quantOf(oracle.graph, node.outputs[0]);
  const [v, slope] = node.inputs.map((input) =>
    centred(oracle, input!, zeroPointOf(quantOf(oracle.graph, input)), ONNX_I64),
  );
  const code = (acc: ValueName, scale: Requantization) =>
    oracle.node('Cast', [requantized(oracle, acc, scale, [], zeroPointOf(y), clampCodes(node, y))], { to: ONNX_I32 });
  const negative = oracle.node('Less', [v!, oracle.tensor('i64', [], [0n])]);
  const product = oracle.node('Mul', [v!, slope!]);
  const chosen = oracle.node('Where', [negative, code(product, below), code(v!, above)]);
  oracle.output(0, oracle.node('Cast', [chosen], { to: oracle.carrier }));
}

function preluScales(graph: Graph, node: Node): { above: Requantization; below: Requantization } {
  const [x, slope, y] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((value) => quantOf(graph, value));
  const scale = (real: number, sums: number) =>
    hasWideCodes(graph, node)
      ? wideCodesRequantization([real], 2 ** 32)
      : layerRequantization(graph, node, [real], () => [sums]);
  return {
    above: scale(scaleOf(x!) / scaleOf(y!), spanOf(x!)),
    below: scale(productScale(scaleOf(x!), scaleOf(slope!), scaleOf(y!)), spanOf(x!) * spanOf(slope!)),
  };
}
