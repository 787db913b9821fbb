import { isWide } from '../../ir/tensor.ts';
import type { Node, ValueName } from '../../ir/types.ts';
import { clampCodes, quantOf } from '../../quant/quantized.ts';
import type { OracleBuilder } from '../op-def.ts';
import { clampedCodes, ONNX_F32, ONNX_I64 } from '../support/oracle.ts';

/** The maximum of codes; GlobalMaxPool as ReduceMax, for which onnxruntime has an int8 kernel. It has none for int16. */
export function maxPoolOracle(node: Node, oracle: OracleBuilder): void {
  const rank = oracle.type(node.inputs[0]).shape.length;
  const x = node.inputs[0]!;
  const wide = isWide(oracle.type(x));
  const axes = Array.from({ length: rank - 2 }, (_, i) => BigInt(i + 2));
  const largest: ValueName =
    node.op === 'GlobalMaxPool'
      ? oracle.node(
          'ReduceMax',
          [wide ? oracle.node('Cast', [x], { to: ONNX_I64 }) : x, oracle.tensor('i64', [axes.length], axes)],
          { keepdims: 1 },
        )
      : oracle.node('MaxPool', [wide ? oracle.node('Cast', [x], { to: ONNX_F32 }) : x], node.attributes);
  if (!node.clip && !wide) return oracle.output(0, largest);
  const codes = oracle.node('Cast', [largest], { to: ONNX_I64 });
  oracle.output(0, clampedCodes(oracle, codes, clampCodes(node, quantOf(oracle.graph, node.outputs[0]))));
}
