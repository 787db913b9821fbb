import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { Node, TensorType, ValueName } from '../../ir/types.ts';
import type { OpDef, UpgradeBuilder } from '../op-def.ts';
import { scalar } from '../support/upgrade.ts';

/** alpha A B, either side with its last two dimensions swapped (trans) or its first one moved behind the batch (transBatch). */
export const fusedMatMul = (op: string): OpDef => ({
  op,
  domain: 'com.microsoft',
  summary: 'MatMul times alpha, either side transposed.',
  upgrade(node, _opset, upgrade) {
    const [a, b] = ['A', 'B'].map((side, i) => turned(node, side, node.inputs[i]!, upgrade)) as [ValueName, ValueName];
    const alpha = floatAttribute(node, 'alpha', 1);
    const product = { ...node, op: 'MatMul', domain: '', inputs: [a, b], attributes: {} };
    if (alpha === 1) return product;
    const type = upgrade.type(node.outputs[0]!);
    const factor = scalar(upgrade, type?.dtype ?? 'f32', alpha);
    const unscaled = upgrade.node('MatMul', [a, b], {}, type);
    return { ...product, op: 'Mul', inputs: [unscaled, factor] };
  },
});

function turned(node: Node, side: string, value: ValueName, upgrade: UpgradeBuilder): ValueName {
  const last = intAttribute(node, `trans${side}`, 0) === 1;
  const batch = intAttribute(node, `transBatch${side}`, 0) === 1;
  if (!last && !batch) return value;
  const type = upgrade.type(value);
  if (!type) return upgrade.refuse(`the rank of '${value}' is not known`);
  const perm = permutation(type.shape.length, last, batch);
  return perm ? upgrade.node('Transpose', [value], { perm }, transposed(type, perm)) : value;
}

/** A vector stays as it is; without batch dimensions there is nothing to move behind them. */
function permutation(rank: number, last: boolean, batch: boolean): number[] | null {
  if (rank < 2 || (rank === 2 && !last)) return null;
  const axes = Array.from({ length: rank }, (_, i) => i);
  const moved = batch && rank > 2 ? [...axes.slice(1, -1), 0, rank - 1] : axes;
  return last ? [...moved.slice(0, -2), moved.at(-1)!, moved.at(-2)!] : moved;
}

function transposed(type: TensorType, perm: readonly number[]): TensorType {
  return { ...type, shape: perm.map((axis) => type.shape[axis]) };
}
