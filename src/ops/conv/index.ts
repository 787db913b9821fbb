import { windowShape } from '../../ir/window.ts';
import { isQuantized } from '../../quant/quantized.ts';
import type { OpDef } from '../op-def.ts';
import { lowerConvNd } from '../spatial/conv-nd.ts';
import { lowerConvF32 } from './float.ts';
import { lowerConvS8 } from './int8.ts';
import { convOracle } from './oracle.ts';
import { convRules } from './rules.ts';

export const conv: OpDef = {
  op: 'Conv',
  summary: 'Convolution, 1-D and 2-D, grouped, depthwise, strided, dilated, padded.',
  check: convRules,
  spatial: true,
  quantize: {
    inputs: ['activation', 'weight', 'bias'],
    output: 'calibrated',
    wide: true,
    refuse: (node, graph) =>
      graph.constants.has(node.inputs[1]!) && (node.inputs[2] == null || graph.constants.has(node.inputs[2]))
        ? null
        : 'weights and bias must be constant',
  },
  oracle: convOracle,
  lower(node, lower) {
    const x = lower.type(node.inputs[0]);
    const w = lower.type(node.inputs[1]);
    const y = lower.type(node.outputs[0]);
    const shape = windowShape(node, x.shape, y.shape, w.shape.slice(2));
    const weights = lower.constant(node.inputs[1]);
    if (isQuantized(lower.type, node)) {
      if (!shape) return lower.refuse('only 1-D and 2-D convolutions of integers become C');
      if (!weights) return lower.refuse('its weights must be constant');
      lowerConvS8(node, lower, shape, weights);
    } else if (shape && weights && x.dtype === 'f32') lowerConvF32(node, lower, shape, weights);
    else lowerConvNd(node, lower);
  },
};
