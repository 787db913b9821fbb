import { qlinearConvRules } from './conv/rules.ts';
import type { OpDef, Rule } from './op-def.ts';
import { qgemmRules, qlinearMatMulRules } from './support/product-rules.ts';
import { qlinearConcatRules, scaled, scaleRules } from './support/quantize-rules.ts';
import { poolRules } from './support/window-rules.ts';

/**
 * Operators on integers with scales as inputs. The import-qlinear pass spells each as DequantizeLinear, the float
 * operator and QuantizeLinear, so there is nothing to lower here.
 */
const spelled = (domain: string, op: string, summary: string, check: readonly Rule[]): OpDef => ({
  op,
  domain,
  summary,
  check,
});

const MICROSOFT = 'com.microsoft';

export const qlinearOps: readonly OpDef[] = [
  spelled('', 'QLinearConv', 'Conv on integers with scales; bias int32.', qlinearConvRules),
  spelled('', 'QLinearMatMul', 'MatMul on integers with scales.', qlinearMatMulRules),
  spelled(
    MICROSOFT,
    'QGemm',
    'Gemm on integers with scales; bias int32; float result without an output scale.',
    qgemmRules,
  ),
  spelled(MICROSOFT, 'QLinearAdd', 'Add on integers with scales.', scaled(['A', 'B'], ['C'])),
  spelled(MICROSOFT, 'QLinearMul', 'Mul on integers with scales.', scaled(['A', 'B'], ['C'])),
  spelled(MICROSOFT, 'QLinearConcat', 'Concat of integers, each with its scale.', qlinearConcatRules),
  spelled(MICROSOFT, 'QLinearAveragePool', 'AveragePool on integers with scales.', [
    ...scaled(['X'], ['Y']),
    ...poolRules,
  ]),
  spelled(MICROSOFT, 'QLinearGlobalAveragePool', 'GlobalAveragePool on integers with scales.', scaled(['X'], ['Y'])),
  spelled(MICROSOFT, 'QLinearSigmoid', 'Sigmoid on integers with scales.', scaled(['X'], ['Y'])),
  spelled(MICROSOFT, 'QLinearLeakyRelu', 'LeakyRelu on integers with scales.', scaled(['X'], ['Y'])),
  spelled(MICROSOFT, 'QLinearSoftmax', 'Softmax on integers with scales.', scaled(['X'], ['Y'])),
  spelled(MICROSOFT, 'QuantizeLinear', "onnxruntime's own spelling of QuantizeLinear.", scaleRules),
  spelled(MICROSOFT, 'DequantizeLinear', "onnxruntime's own spelling of DequantizeLinear.", scaleRules),
];
