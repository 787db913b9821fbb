import { numbersOf } from '../ir/attributes.ts';
import type { Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import type { NodeFacts } from '../ops/op-def.ts';

/** What the rules of an operator may ask about a node. */
export function nodeFacts(
  node: Omit<Node, 'clip'>,
  types: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
): NodeFacts {
  const type = (value: ValueName | null | undefined) => (value != null && types.get(value)) || null;
  return {
    node: { ...node, clip: null },
    input: (index) => type(node.inputs[index]),
    output: (index) => type(node.outputs[index]),
    numbers(index) {
      const value = node.inputs[index];
      const constant = value == null ? undefined : constants.get(value);
      return constant ? numbersOf(constant) : null;
    },
  };
}
