import type { Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import { UserError } from '../support/errors.ts';
import { showNode } from './bad-model.ts';
import { nodeFacts } from './node-facts.ts';

/** UNSUPPORTED that says what the node asks for and onnxruntime does not compute; null: nothing that is known here. */
export function whatLacks(
  node: Omit<Node, 'clip'>,
  types: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
): UserError | null {
  const facts = nodeFacts(node, types, constants);
  for (const { missing, next } of findOp(node.domain, node.op)?.lacks ?? []) {
    const why = missing(facts);
    if (why === null) continue;
    return new UserError({
      code: 'UNSUPPORTED',
      message: 'onnxruntime, by which the C is judged, does not compute a node',
      where: showNode(node),
      because: [why],
      hint: next,
    });
  }
  return null;
}
