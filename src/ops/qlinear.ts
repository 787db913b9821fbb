import type { OpDef } from './op-def.ts';

/**
 * Operators on integers with scales as inputs. The import-qlinear pass spells each as DequantizeLinear, the float
 * operator and QuantizeLinear, so there is nothing to lower here.
 */
const spelled = (domain: string, op: string, summary: string): OpDef => ({ op, domain, summary });

const MICROSOFT = 'com.microsoft';

export const qlinearOps: readonly OpDef[] = [
  spelled('', 'QLinearConv', 'Conv on integers with scales; bias int32.'),
  spelled('', 'QLinearMatMul', 'MatMul on integers with scales.'),
  spelled(MICROSOFT, 'QGemm', 'Gemm on integers with scales; bias int32; float result without an output scale.'),
  spelled(MICROSOFT, 'QLinearAdd', 'Add on integers with scales.'),
  spelled(MICROSOFT, 'QLinearMul', 'Mul on integers with scales.'),
  spelled(MICROSOFT, 'QLinearConcat', 'Concat of integers, each with its scale.'),
  spelled(MICROSOFT, 'QLinearAveragePool', 'AveragePool on integers with scales.'),
  spelled(MICROSOFT, 'QLinearGlobalAveragePool', 'GlobalAveragePool on integers with scales.'),
  spelled(MICROSOFT, 'QLinearSigmoid', 'Sigmoid on integers with scales.'),
  spelled(MICROSOFT, 'QLinearLeakyRelu', 'LeakyRelu on integers with scales.'),
  spelled(MICROSOFT, 'QLinearSoftmax', 'Softmax on integers with scales.'),
  spelled(MICROSOFT, 'QuantizeLinear', "onnxruntime's own spelling of QuantizeLinear."),
  spelled(MICROSOFT, 'DequantizeLinear', "onnxruntime's own spelling of DequantizeLinear."),
];
