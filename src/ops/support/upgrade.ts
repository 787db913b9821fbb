import type { OpDef } from '../op-def.ts';

/** An attribute (list of int64) that became input 1 in `since`: older nodes get a constant instead. */
export function upgradeToInput(attribute: string, since: number): NonNullable<OpDef['upgrade']> {
  return (node, opset, upgrade) => {
    const value = node.attributes[attribute];
    if (opset >= since || value === undefined) return node;
    const list = (Array.isArray(value) ? value : [value]) as readonly number[];
    const { [attribute]: _, ...attributes } = node.attributes;
    const constant = upgrade.constant('i64', [list.length], BigInt64Array.from(list.map(BigInt)));
    return { ...node, inputs: [node.inputs[0]!, constant], attributes };
  };
}
