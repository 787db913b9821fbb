import type { OpDef } from './op-def.ts';
import { ONNX_I8, ONNX_I32, ONNX_U8 } from './support/oracle.ts';
import { lowerPointwise } from './support/pointwise.ts';

/**
 * uint8 codes as int8 codes of the same real numbers, 128 less, or back. Stands where a model whose file has uint8
 * meets the int8 inside; made by the import of quantized models, never imported.
 */
export const shiftCodes: OpDef = {
  op: 'ShiftCodes',
  domain: 'nibblec',
  summary: 'uint8 codes to int8 codes of the same numbers, 128 less, or back (made by the import of quantized models).',
  oracle(node, oracle) {
    const toSigned = oracle.type(node.inputs[0]).dtype === 'u8';
    const wide = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I32 });
    const shifted = oracle.node(toSigned ? 'Sub' : 'Add', [wide, oracle.tensor('i32', [], [128])]);
    oracle.output(0, oracle.node('Cast', [shifted], { to: toSigned ? ONNX_I8 : ONNX_U8 }));
  },
  lower(node, lower) {
    const toSigned = lower.type(node.inputs[0]).dtype === 'u8';
    const expression = toSigned ? '(int8_t)(a - 128)' : '(uint8_t)(a + 128)';
    lowerPointwise(node, lower, { title: `codes ${toSigned ? '- 128' : '+ 128'}`, expression, onCodes: true });
  },
};
