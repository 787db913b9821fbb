import type { ValueName } from '../../ir/types.ts';
import type { Curvature } from './task.ts';

/** Sums over samples, in double precision. */
export interface Accumulator {
  /** Adds factor * change(x) of every element. */
  add(values: ReadonlyMap<ValueName, ArrayLike<number>>, factor: number, change?: 'square'): void;
  /** The sums times a factor. */
  times(factor: number): Curvature;
}

export function createAccumulator(): Accumulator {
  const sums = new Map<ValueName, Float64Array>();
  return {
    add(values, factor, change) {
      for (const [name, own] of values) {
        const sum = sums.get(name) ?? new Float64Array(own.length);
        sums.set(name, sum);
        if (change === 'square') for (let i = 0; i < sum.length; i++) sum[i] += factor * own[i] * own[i];
        else for (let i = 0; i < sum.length; i++) sum[i] += factor * own[i];
      }
    },
    times: (factor) => new Map([...sums].map(([name, sum]) => [name, sum.map((x) => factor * x)])),
  };
}
