import { typeOf } from '../../ir/graph.ts';
import { windowShape } from '../../ir/window.ts';
import { isQuantized } from '../../quant/quantized.ts';
import type { OpDef } from '../op-def.ts';
import { lowerConvNd } from '../spatial/conv-nd.ts';
import { windowAxes } from '../support/window-loops.ts';
import { lowerConvF32 } from './float.ts';
import { lowerConv3dS8, lowerConvS8 } from './int8.ts';
import { convOracle } from './oracle.ts';
import { convRules } from './rules.ts';

export const conv: OpDef = {
  op: 'Conv',
  summary: 'Convolution of any rank (integers: 1-D to 3-D), grouped, depthwise, strided, dilated, padded.',
  check: convRules,
  spatial: true,
  quantize: {
    inputs: ['activation', 'weight', 'bias'],
    output: 'calibrated',
    wide: true,
    refuse(node, graph) {
      if (typeOf(graph, node.inputs[0]).shape.length > 5) return 'it has more than three spatial dimensions';
      const constant = [1, 2].every((i) => node.inputs[i] == null || graph.constants.has(node.inputs[i]));
      return constant ? null : 'weights and bias must be constant';
    },
  },
  oracle: convOracle,
  lower(node, lower) {
    const x = lower.type(node.inputs[0]);
    const w = lower.type(node.inputs[1]);
    const y = lower.type(node.outputs[0]);
    const shape = windowShape(node, x.shape, y.shape, w.shape.slice(2));
    const weights = lower.constant(node.inputs[1]);
    if (isQuantized(lower.type, node)) {
      if (!weights) return lower.refuse('its weights must be constant');
      if (shape) return lowerConvS8(node, lower, shape, weights);
      if (x.shape.length !== 5) return lower.refuse('it has more than three spatial dimensions');
      lowerConv3dS8(node, lower, windowAxes(node, x.shape, y.shape, w.shape.slice(2)), weights);
    } else if (shape && weights && x.dtype === 'f32') lowerConvF32(node, lower, shape, weights);
    else lowerConvNd(node, lower);
  },
};
