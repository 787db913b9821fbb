import type { Node, Tensor } from '../../ir/types.ts';

/**
 * The first result of an operator as it is defined, in float64 or in exact integers. `inputs` in the node's order (null: left
 * out). null: a form that is not spelled out here.
 */
export type Definition = (node: Node, inputs: readonly (Tensor | null)[]) => Numbers | null;

export type Numbers = Float64Array | Int32Array;

/** Elements of an input that is given, as numbers. */
export function numbers(inputs: readonly (Tensor | null)[], index: number): Float64Array | null {
  const tensor = inputs[index];
  return tensor ? Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number) : null;
}
