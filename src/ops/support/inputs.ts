import { intAttribute, numbersOf } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { DType, Node } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';

/** The numbers of a constant input, null when it is left out; refuses a computed one. */
export function constantNumbers(node: Node, lower: LowerBuilder, index: number, what: string): number[] | null {
  const value = node.inputs[index];
  if (value == null) return null;
  const constant = lower.constant(value);
  return constant ? numbersOf(constant) : lower.refuse(`its ${what} must be constant`);
}

/** The attribute `axis`, from 0. */
export function axisOf(node: Node, rank: number, otherwise: number, name = 'axis'): number {
  return normalizeAxis(intAttribute(node, name, otherwise), rank);
}

/** Refuses element types that this operator has no C for. */
export function checkDtype(node: Node, lower: LowerBuilder, accepts: (dtype: DType) => boolean, index = 0): void {
  const { dtype, quant } = lower.type(node.inputs[index]);
  if (quant) lower.refuse('there is no integer form of this operator');
  if (!accepts(dtype)) lower.refuse(`${dtype} is not supported`);
}
