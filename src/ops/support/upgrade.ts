import { scalarOf } from '../../ir/tensor.ts';
import type { DType, ValueName } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';

/** An attribute (list of int64) that became input 1 in `since`: older nodes get a constant instead. */
export function upgradeToInput(attribute: string, since: number): NonNullable<OpDef['upgrade']> {
  return (node, opset, upgrade) => {
    const value = node.attributes[attribute];
    if (opset >= since || value === undefined) return node;
    const list = (Array.isArray(value) ? value : [value]) as readonly number[];
    const { [attribute]: _, ...attributes } = node.attributes;
    const constant = upgrade.constant('i64', [list.length], int64s(list));
    return { ...node, inputs: [node.inputs[0], constant], attributes };
  };
}

/** A constant of one number. */
export function scalar(upgrade: UpgradeBuilder, dtype: DType, value: number): ValueName {
  return upgrade.constant(dtype, [], scalarOf(dtype, value).data);
}
