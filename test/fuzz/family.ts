import type { DType } from '../../src/ir/types.ts';
import type { Builder } from './builder.ts';

/**
 * How an operator's result follows from its inputs: the same bits everywhere; close; or in steps, where the last bit of
 * an input decides (only what is exact may come before it in a chain).
 */
export type Nature = 'exact' | 'close' | 'step';

/** How to make a random node of one operator. */
export interface Family {
  /** As docs/operators.md writes it. */
  readonly op: string;
  readonly nature: Nature;
  /** First and last opset in which it is made; default 7 to the newest. */
  readonly since?: number;
  readonly until?: number;
  /** Adds one node (or a pattern of nodes) to the builder. Throws Unfit where it cannot follow what is there. */
  make(b: Builder): void;
}

export const FLOATS: readonly DType[] = ['f32', 'f64', 'f16'];
export const INTEGERS: readonly DType[] = ['i32', 'i64', 'i8', 'u8', 'i16', 'u16', 'u32', 'u64'];
export const NUMBERS: readonly DType[] = ['f32', 'i32', 'i64', 'f64', 'f16', 'i8', 'u8', 'i16', 'u16', 'u32', 'u64'];
export const ANY: readonly DType[] = [...NUMBERS, 'bool'];
