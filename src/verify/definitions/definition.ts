import type { Node, Tensor, TypedArray } from '../../ir/types.ts';

/**
 * A result of an operator, mostly the first, as it is defined: real numbers in float64, all else as the elements it has. `inputs` in the
 * node's order (null: left out). null: a form that is not spelled out here.
 */
export type Definition = (node: Node, inputs: readonly (Tensor | null)[], given: Results) => TypedArray | null;

/** One result, as the two have computed it. */
export interface Results {
  /** Which of the node's. */
  readonly output: number;
  readonly ofC: TypedArray;
  readonly ofRuntime: TypedArray;
}

/** Elements of an input that is given, as numbers. */
export function numbers(inputs: readonly (Tensor | null)[], index: number): Float64Array | null {
  const tensor = inputs[index];
  return tensor ? Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number) : null;
}
