import type { Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import type { UpgradeBuilder } from '../ops/op-def.ts';
import { UserError } from '../support/errors.ts';
import { badModel, showNode } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';
import type { UniqueNames } from './unique-names.ts';

/**
 * The node in the form of the newest opset, by its operator's own rule; it comes last, behind those that it was split
 * into. New constants (attributes that became inputs) go into `constants`, types of new values into `types`, which may be
 * empty when nothing is known yet.
 */
export function upgradeNode(
  flat: FlatNode,
  types: Map<ValueName, TensorType>,
  constants: Map<ValueName, Tensor>,
  names: UniqueNames,
): Node[] {
  const { opset, refused: _, ...plain } = flat;
  const node: Node = { ...plain, clip: null };
  const upgrade = findOp(node.domain, node.op)?.upgrade;
  if (!upgrade) return [node];
  const known = types.size > 0;
  const before: Node[] = [];
  const hint = `${node.outputs.find((output) => output !== null) ?? node.op}.${node.op.toLowerCase()}`;
  const builder: UpgradeBuilder = {
    constant(dtype, shape, data) {
      const name = names.fresh(hint);
      constants.set(name, { dtype, shape, data });
      return name;
    },
    settle: (value, constant) => void constants.set(value, constant),
    type: (value) => types.get(value) ?? null,
    node(op, inputs, attributes, type, name, domain = '') {
      const output = name ?? names.fresh(hint);
      before.push({ op, domain, name: output, inputs, outputs: [output], attributes, clip: null });
      if (type) types.set(output, type);
      return output;
    },
    refuse(reason) {
      const problem = { code: 'UNSUPPORTED' as const, message: reason, where: showNode(node) };
      throw new UserError({ ...problem, hint: 'replace the node before exporting the model' });
    },
  };
  try {
    const last = upgrade(node, opset, builder);
    return [...before, last];
  } catch (error) {
    // onnxruntime has not seen the node yet when types are missing: its attributes may be anything.
    if (known || error instanceof UserError) throw error;
    return badModel(`its attributes are not those of opset ${opset}`, showNode(node));
  }
}
