import { intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { isRowMajor } from '../../ir/storage.ts';
import type { Node, Shape } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';

/** How many groups of channels are normalized apart: all channels by InstanceNormalization. */
export function groupsOf(node: Node, shape: Shape): number {
  return node.op === 'InstanceNormalization' ? shape[1] : intAttribute(node, 'num_groups', 1);
}

/** As the input lies: planes one after the other, or channels side by side; steps from one channel, one position to the next. */
export function groupLayout(node: Node, lower: LowerBuilder) {
  const { shape } = lower.type(node.inputs[0]);
  const planes = lower.constant(node.inputs[0]) !== null || isRowMajor(lower.storageOf(node.inputs[0]!));
  const positions = elementCount(shape.slice(2));
  return planes
    ? { layout: 'row-major' as const, channelStep: positions, positionStep: 1 }
    : { layout: 'channels-last' as const, channelStep: 1, positionStep: shape[1] };
}
