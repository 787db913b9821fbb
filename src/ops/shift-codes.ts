import type { DType } from '../ir/types.ts';
import type { OpDef } from './op-def.ts';
import { ONNX_I8, ONNX_I16, ONNX_I32, ONNX_U8, ONNX_U16 } from './support/oracle.ts';
import { lowerPointwise } from './support/pointwise.ts';

/**
 * uint8 codes as int8 codes of the same real numbers, 128 less, or back; of 16 bits 32768 less. Stands where a model whose file
 * has unsigned codes meets the signed ones inside; made by the import of quantized models, never imported.
 */
export const shiftCodes: OpDef = {
  op: 'ShiftCodes',
  domain: 'nibblec',
  summary: 'Unsigned codes to signed ones of the same numbers, or back (made by the import of quantized models).',
  oracle(node, oracle) {
    const { unsigned, shift, wide } = shiftOf(oracle.type(node.inputs[0]).dtype);
    const codes = oracle.node('Cast', [node.inputs[0]], { to: ONNX_I32 });
    const shifted = oracle.node(unsigned ? 'Sub' : 'Add', [codes, oracle.tensor('i32', [], [shift])]);
    const [signed, plain] = wide ? [ONNX_I16, ONNX_U16] : [ONNX_I8, ONNX_U8];
    oracle.output(0, oracle.node('Cast', [shifted], { to: unsigned ? signed : plain }));
  },
  lower(node, lower) {
    const { unsigned, shift, wide } = shiftOf(lower.type(node.inputs[0]).dtype);
    const bits = wide ? 16 : 8;
    const expression = unsigned ? `(int${bits}_t)(a - ${shift})` : `(uint${bits}_t)(a + ${shift})`;
    lowerPointwise(node, lower, { title: `codes ${unsigned ? '-' : '+'} ${shift}`, expression, onCodes: true });
  },
};

function shiftOf(dtype: DType): { readonly unsigned: boolean; readonly shift: number; readonly wide: boolean } {
  const wide = dtype.endsWith('16');
  return { unsigned: dtype.startsWith('u'), shift: wide ? 32768 : 128, wide };
}
