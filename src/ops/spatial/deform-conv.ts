import { intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { windowParams, windowShape } from '../../ir/window.ts';
import type { OpDef } from '../op-def.ts';
import { checkDtype } from '../support/inputs.ts';
import { deformConvRules } from './rules.ts';

/** A convolution whose taps are moved by computed offsets and weighted by a mask; everything in ONNX's order. */
export const deformConv: OpDef = {
  op: 'DeformConv',
  summary: 'Deformable 2-D convolution with offsets and an optional mask.',
  check: deformConvRules,
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    const w = lower.type(node.inputs[1]).shape;
    const shape = windowShape(node, lower.type(node.inputs[0]).shape, lower.type(node.outputs[0]).shape, w.slice(2));
    if (!shape || w.length !== 4) return lower.refuse('only 2-D deformable convolutions become C');
    const [x, weights, offset, bias, mask] = [0, 1, 2, 3, 4].map((i) =>
      node.inputs[i] == null ? 'NULL' : lower.read(i, 'row-major').name,
    );
    const y = lower.write(0, 'row-major');
    const offsetGroups = intAttribute(node, 'offset_group', 1);
    const params = { x: x!, w: weights!, offset: offset!, bias: bias!, mask: mask!, y: y.name, offsetGroups };
    lower.call({
      template: 'deformconv2d_f32',
      params: { shape: windowParams(shape), ...params },
      macs: elementCount(y.shape) * elementCount(w.slice(1)),
      summary: `DeformConv ${shape.kernel_h}x${shape.kernel_w}`,
    });
  },
};
