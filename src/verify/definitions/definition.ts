import type { Node, Tensor, TypedArray } from '../../ir/types.ts';

/**
 * A result of an operator, mostly the first, as it is defined: real numbers in float64, all else as the elements it has. `inputs` in the
 * node's order (null: left out). null: a form that is not spelled out here.
 */
export type Definition = (
  node: Node,
  inputs: readonly (Tensor | null)[],
  given: Results,
) => TypedArray | Defined | null;

/** One result, as the two have computed it. */
export interface Results {
  /** Which of the node's. */
  readonly output: number;
  readonly ofC: TypedArray;
  readonly ofRuntime: TypedArray;
}

export interface Defined {
  readonly result: TypedArray;
  /**
   * Whether numbers leave float32 on the way to this element, so that what becomes of it (the number itself, an infinity, no number)
   * depends on the order of the operations; `result` holds what the C has, where that is one of these.
   */
  beyond(index: number): boolean;
}

/** The largest finite number of float32. */
export const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Elements of an input that is given, as numbers. */
export function numbers(inputs: readonly (Tensor | null)[], index: number): Float64Array | null {
  const tensor = inputs[index];
  return tensor ? Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number) : null;
}

/**
 * `exact`, but where numbers leave float32 on the way and the C has an infinity, no number, or (quotients of what is infinite)
 * `otherwise`.
 */
export function withBeyond(
  exact: Float64Array,
  ofC: TypedArray,
  leaves: (index: number) => boolean,
  otherwise: number | ((index: number) => number) | null = null,
): Defined {
  const beyond = (i: number) => {
    const y = Number(ofC[i]);
    return leaves(i) && (!Number.isFinite(y) || y === (typeof otherwise === 'function' ? otherwise(i) : otherwise));
  };
  return { result: exact.map((y, i) => (beyond(i) ? Number(ofC[i]) : y)), beyond };
}
