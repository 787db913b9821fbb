import { constantOf, editGraph } from '../../ir/graph.ts';
import { definePass } from '../pass.ts';
import { dequantizeTensor } from './qdq/constant-codes.ts';
import { isPlain, scalesOf } from './qdq/scales.ts';

/**
 * Makes a quantized model a float one with fake quantization: its integer weights and biases become float32 constants,
 * which the float layers need. QuantizeLinear and DequantizeLinear of computed values stay and keep their effect.
 */
export const dequantizeConstants = definePass({
  name: 'dequantize-constants',
  summary: 'Turn constant integers behind DequantizeLinear into float32.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run(graph) {
    const edit = editGraph(graph);
    for (const node of graph.nodes) {
      const tensor = constantOf(graph, node.inputs[0]);
      const scales = isPlain(node, 'DequantizeLinear') ? scalesOf(graph, node) : null;
      const [output] = node.outputs;
      if (!tensor || !scales || !output) continue;
      edit.makeConstant(output, dequantizeTensor(tensor, { scheme: 'affine', bits: 32, ...scales }));
    }
    return edit.finish();
  },
});
