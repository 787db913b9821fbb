import type { Node, Shape, ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

/** What a gradient rule sees of one node. */
export interface Backward {
  readonly node: Node;
  readonly build: Builder;
  /** Gradient of the loss by output 0 (zeros when the loss does not depend on it). */
  readonly dy: ValueName;
  /** Gradient by every output; null where the loss does not depend on it. */
  readonly dys: readonly (ValueName | null)[];
  /** Input `index`, which must be there. */
  input(index: number): ValueName;
  /** Output 0. */
  readonly output: ValueName;
  shape(index: number): Shape;
  /** Elements of a constant input; null when it is computed or left out. */
  numbers(index: number): readonly number[] | null;
  /**
   * Gives the gradient of the loss by an input. Computed only when it is wanted; summed over the axes along which the
   * input was broadcast.
   */
  to(index: number, gradient: () => ValueName): void;
  /** UserError UNSUPPORTED: this form of the operator has no gradient here. */
  refuse(why: string): never;
}

/** Adds the nodes that carry a gradient from the outputs of one operator to its inputs. */
export type GradientRule = (back: Backward) => void;

/** By ONNX operator name. */
export type GradientRules = Readonly<Record<string, GradientRule>>;
