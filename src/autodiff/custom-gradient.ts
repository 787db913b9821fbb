import type { ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

/**
 * A gradient that replaces the one of the nodes which compute a value. What lies between `inputs` and the value is not
 * differentiated: rounding may so be passed straight through.
 */
export interface CustomGradient {
  /** Values that the marked one is computed from; only they receive a gradient. */
  readonly inputs: readonly ValueName[];
  /** Gradients of `inputs`, in their order, from the gradient `dy` of the value; null where there is none or `wanted` is false. */
  backward(build: Builder, dy: ValueName, wanted: readonly boolean[]): readonly (ValueName | null)[];
}

/** By the value whose gradient is replaced. */
export type CustomGradients = ReadonlyMap<ValueName, CustomGradient>;
