import type { Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import type { UpgradeBuilder } from '../ops/op-def.ts';
import { UserError } from '../support/errors.ts';
import { badModel, showNode } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';
import type { UniqueNames } from './unique-names.ts';

/**
 * The node in the form of the newest opset, by its operator's own rule. New constants (attributes that became
 * inputs) go into `constants`. `types` may be empty when nothing is known yet.
 */
export function upgradeNode(
  flat: FlatNode,
  types: ReadonlyMap<ValueName, TensorType>,
  constants: Map<ValueName, Tensor>,
  names: UniqueNames,
): Node {
  const { opset, refused: _, ...plain } = flat;
  const node: Node = { ...plain, clip: null };
  const upgrade = findOp(node.domain, node.op)?.upgrade;
  if (!upgrade) return node;
  const builder: UpgradeBuilder = {
    constant(dtype, shape, data) {
      const name = names.fresh(`${node.outputs.find((output) => output !== null) ?? node.op}.${node.op.toLowerCase()}`);
      constants.set(name, { dtype, shape, data });
      return name;
    },
    type: (value) => types.get(value) ?? null,
  };
  try {
    return upgrade(node, opset, builder);
  } catch (error) {
    // onnxruntime has not seen the node yet when types are missing: its attributes may be anything.
    if (types.size > 0 || error instanceof UserError) throw error;
    return badModel(`its attributes are not those of opset ${opset}`, showNode(node));
  }
}
