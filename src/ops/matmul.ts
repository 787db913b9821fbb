import { permuted } from '../ir/permute.ts';
import { isQuantized } from '../quant/quantized.ts';
import type { OpDef } from './op-def.ts';
import { denseOracle, lowerDenseS8 } from './support/dense-lower.ts';
import { lowerMatMul } from './support/matmul.ts';
import { lowerMatMulS8, matMulOracle } from './support/matmul-int8.ts';
import { matMulRules } from './support/product-rules.ts';

export const matMul: OpDef = {
  op: 'MatMul',
  summary: 'Matrix product of any rank, batch dimensions broadcast; int8 with constant weights or two activations.',
  check: matMulRules,
  quantize: {
    inputs: (node, graph) => {
      const weights = graph.constants.get(node.inputs[1]!);
      return weights?.shape.length === 2 ? ['activation', 'weight'] : ['activation', 'activation'];
    },
    output: 'calibrated',
    wide: true,
  },
  oracle(node, oracle) {
    const weights = oracle.constant(node.inputs[1]);
    if (weights?.shape.length === 2) denseOracle(node, oracle, permuted(weights, [1, 0]));
    else matMulOracle(node, oracle);
  },
  lower(node, lower) {
    if (!isQuantized(lower.type, node)) return lowerMatMul(node, lower);
    const weights = lower.constant(node.inputs[1]);
    if (weights?.shape.length === 2) lowerDenseS8(node, lower, permuted(weights, [1, 0]));
    else lowerMatMulS8(node, lower);
  },
};
