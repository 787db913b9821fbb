import { intsAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { type WindowShape, windowOverlap, windowParams, windowTitle } from '../../ir/window.ts';
import type { LowerBuilder } from '../op-def.ts';
import { clipBounds } from '../support/clip.ts';

export function lowerPoolF32(
  node: Node,
  lower: LowerBuilder,
  shape: WindowShape,
  kind: 'max' | 'average',
  includePad: number,
): void {
  const { dtype } = lower.type(node.inputs[0]);
  if (dtype !== 'f32') return lower.refuse(`pooling of ${dtype} is not supported`);
  const x = lower.read(0, 'channels-last');
  const y = lower.write(0, 'channels-last');
  const [min, max] = clipBounds(node);
  lower.call({
    template: `${kind}pool2d_f32`,
    params: {
      shape: windowParams(shape),
      x: x.name,
      y: y.name,
      min,
      max,
      ...(kind === 'average' ? paddedExtent(node, shape, includePad) : {}),
    },
    summary: windowTitle(node.op, { ...shape, groups: 1 }),
    overlap: [{ read: x, distance: windowOverlap(shape, 4, 4) }],
  });
}

/**
 * Which positions count: with count_include_pad all of the padded input, i.e. rows below
 * in_h + pad_bottom; without, only real ones. Positions that ceil_mode adds beyond the padding never count.
 */
export function paddedExtent(
  node: Node,
  s: WindowShape,
  includePad: number,
): { count_h: number; count_w: number; include_pad: number } {
  const pads = intsAttribute(node, 'pads', []);
  const rank = pads.length / 2;
  const end = (dimension: number) => (pads.length === 0 ? 0 : pads[rank + dimension]);
  return {
    include_pad: includePad,
    count_h: s.in_h + (rank === 2 ? end(0) : 0),
    count_w: s.in_w + (rank === 2 ? end(1) : rank === 1 ? end(0) : 0),
  };
}
