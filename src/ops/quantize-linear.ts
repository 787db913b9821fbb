import { elementCount } from '../ir/shape.ts';
import type { DType, Node, ValueName } from '../ir/types.ts';
import { integerRange } from '../numerics/dtype.ts';
import { codesOf } from '../quant/quantized.ts';
import type { OpDef, OracleBuilder } from './op-def.ts';
import { lowerScaled } from './support/block-scales.ts';
import { cType } from './support/c-text.ts';
import { clampedCodes, ONNX_F32, ONNX_I64 } from './support/oracle.ts';
import { scaleRules } from './support/quantize-rules.ts';
import { inputs, outputs } from './support/rules.ts';

export const quantizeLinear: OpDef = {
  op: 'QuantizeLinear',
  summary: 'Codes round(x / scale) + zero point, saturated; per tensor, per axis or blocked.',
  check: scaleRules,
  oracle: quantizeOracle,
  lower(node, lower) {
    const from = lower.type(node.inputs[0]).dtype;
    const to = lower.type(node.outputs[0]).dtype;
    const { quant } = lower.type(node.outputs[0]);
    const range = quant && to === 'i8' ? codesOf(quant) : integerRange(to);
    if ((from !== 'f32' && from !== 'i32') || !range) return lower.refuse(`${from} to ${to} is not supported`);
    const x = from === 'f32' ? 'a' : '(float)a';
    const zeroPoint = node.inputs[2] ? 'c' : '0';
    const steps = node.rounding === 'even-codes' ? `${x} / b + (float)${zeroPoint}, 1.0f, 0` : `${x}, b, ${zeroPoint}`;
    lowerScaled(node, lower, {
      title: `QuantizeLinear to ${to}`,
      expression: `(${cType(to)})nn_quantize_f32(${steps}, ${range.min}, ${range.max})`,
    });
  },
};

/** Codes of fewer bits than their element type saturate earlier than ONNX does. */
function quantizeOracle(node: Node, oracle: OracleBuilder): void {
  const { dtype, quant } = oracle.type(node.outputs[0]);
  const codes = oracle.node(
    node.op,
    node.rounding === 'even-codes' ? inCodes(node, oracle) : node.inputs,
    node.attributes,
  );
  if (dtype !== 'i8' || !quant || quant.bits === 8) return oracle.output(0, codes);
  oracle.output(0, clampedCodes(oracle, oracle.node('Cast', [codes], { to: ONNX_I64 }), codesOf(quant)));
}

/** Inputs of a QuantizeLinear that adds its zero point (one per tensor) before it rounds. */
function inCodes(node: Node, oracle: OracleBuilder): (ValueName | null)[] {
  const [x, scale, zero] = node.inputs;
  const steps = oracle.node('Div', [x!, scale!]);
  if (zero == null) return [steps, oracle.tensor('f32', [], [1])];
  const codes = oracle.node('Add', [steps, oracle.node('Cast', [zero], { to: ONNX_F32 })]);
  const { dtype } = oracle.type(zero);
  return [codes, oracle.tensor('f32', [], [1]), oracle.tensor(dtype, [], [0])];
}

export const dequantizeLinear: OpDef = {
  op: 'DequantizeLinear',
  summary: 'scale (code - zero point); per tensor, per axis or blocked.',
  check: scaleRules,
  lower(node, lower) {
    const from = lower.type(node.inputs[0]).dtype;
    const to = lower.type(node.outputs[0]).dtype;
    if (to !== 'f32' || !integerRange(from)) return lower.refuse(`${from} to ${to} is not supported`);
    lowerScaled(node, lower, {
      title: `DequantizeLinear from ${from}`,
      expression: `(float)${difference(from, node)} * b`,
    });
  },
};

/** Types below 32 bits have int differences; int32 codes wrap. */
function difference(from: DType, node: Node): string {
  if (!node.inputs[2]) return 'a';
  return from === 'i32' ? '(int32_t)((uint32_t)a - (uint32_t)c)' : '(a - c)';
}

export const dynamicQuantizeLinear: OpDef = {
  op: 'DynamicQuantizeLinear',
  summary: 'uint8 codes over the range of the tensor itself, with scale and zero point.',
  check: [inputs(1), outputs(3)],
  lower(node, lower) {
    const x = lower.read(0, 'any');
    const y = node.outputs[0] ? lower.write(0, x.storage) : null;
    const result = (index: number) => (node.outputs[index] ? lower.write(index, 'row-major').name : 'NULL');
    lower.call({
      template: 'dynamic_quantize_linear',
      params: {
        size: elementCount(x.shape),
        x: x.name,
        y: y?.name ?? 'NULL',
        scale: result(1),
        zero_point: result(2),
      },
      summary: `DynamicQuantizeLinear, ${elementCount(x.shape)} elements`,
      ...(y && { overlap: [{ read: x, distance: -3 }] }),
    });
  },
};
