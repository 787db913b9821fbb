import type { OpDef } from '../op-def.ts';
import { fusedConv, fusedGemm } from './fused-activations.ts';
import { fusedMatMul } from './fused-matmul.ts';
import { biasGelu, fastGelu, quickGelu } from './gelu.ts';
import { simplifiedLayerNormalization, skipSimplifiedLayerNormalization } from './simplified-layer-norm.ts';

/** The same operator of ONNX under the domain of onnxruntime. */
const alias = (op: string, onnx = op): OpDef => ({
  op,
  domain: 'com.microsoft',
  summary: `onnxruntime's own spelling of ${onnx}.`,
  upgrade: (node) => ({ ...node, op: onnx, domain: '' }),
});

/**
 * Operators of onnxruntime (docs/ContribOperators.md there) that its optimizers and older exporters write into files. Each
 * becomes operators of ONNX when it is imported, so there is nothing to lower here.
 */
export const contribOps: readonly OpDef[] = [
  alias('Gelu'),
  fastGelu,
  biasGelu,
  quickGelu,
  fusedMatMul('FusedMatMul'),
  fusedMatMul('TransposeMatMul'),
  fusedConv,
  fusedGemm,
  simplifiedLayerNormalization,
  skipSimplifiedLayerNormalization,
  alias('Trilu'),
  alias('GatherND'),
  alias('Pad'),
  alias('Range'),
  alias('ExpandDims', 'Unsqueeze'),
];
