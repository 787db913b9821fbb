import { intAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { UpgradeBuilder } from '../op-def.ts';

/** The axis of DFT was an attribute (default 1) before opset 20, when it became input 2 (default -2). */
export function upgradeAxis(node: Node, opset: number, upgrade: UpgradeBuilder): Node {
  if (opset >= 20) return node;
  const { axis: _, ...attributes } = node.attributes;
  const axis = upgrade.constant('i64', [], int64s([intAttribute(node, 'axis', 1)]));
  return { ...node, inputs: [node.inputs[0], node.inputs[1] ?? null, axis], attributes };
}
