import { invariant } from '../support/errors.ts';
import type { Storage } from './program.ts';
import { elementCount } from './shape.ts';
import type { Shape } from './types.ts';

export function rowMajor(shape: Shape): Storage {
  return { factors: [...shape], order: shape.map((_, i) => i) };
}

/** [N, C, ...spatial] kept as N, ...spatial, C. Rank 2 and below: row-major. */
export function channelsLast(shape: Shape): Storage {
  if (shape.length < 3) return rowMajor(shape);
  const spatial = shape.slice(2).map((_, i) => i + 2);
  return { factors: [...shape], order: [0, ...spatial, 1] };
}

/**
 * Factors of 1 dropped, neighbours that lie together in both index and memory merged:
 * two storages of one element count lie alike exactly when their normal forms are equal.
 */
export function normalStorage(storage: Storage): Storage {
  const order = storage.order.filter((f) => storage.factors[f] !== 1);
  const runs: number[][] = [];
  for (const factor of order) {
    const run = runs.at(-1);
    if (run && nextReal(storage, run.at(-1)!) === factor) run.push(factor);
    else runs.push([factor]);
  }
  const byIndex = runs.map((_, i) => i).sort((a, b) => runs[a][0] - runs[b][0]);
  return {
    factors: byIndex.map((i) => runs[i].reduce((product, f) => product * storage.factors[f], 1)),
    order: runs.map((_, i) => byIndex.indexOf(i)),
  };
}

/** The next factor in index order that is not 1. */
function nextReal(storage: Storage, factor: number): number {
  let next = factor + 1;
  while (next < storage.factors.length && storage.factors[next] === 1) next++;
  return next;
}

export function sameStorage(a: Storage, b: Storage): boolean {
  const x = normalStorage(a);
  const y = normalStorage(b);
  return x.factors.join() === y.factors.join() && x.order.join() === y.order.join();
}

export function isRowMajor(storage: Storage): boolean {
  return normalStorage(storage).order.length <= 1;
}

/** Memory stride of each factor, in elements. */
export function factorStrides(storage: Storage): number[] {
  const strides = new Array<number>(storage.factors.length).fill(1);
  let step = 1;
  for (const factor of [...storage.order].reverse()) {
    strides[factor] = step;
    step *= storage.factors[factor];
  }
  return strides;
}

/**
 * The same memory with factor boundaries at every dimension boundary of `shape`,
 * or null when a factor straddles a boundary in a way that cannot be split evenly.
 */
export function refine(given: Storage, shape: Shape): { storage: Storage; groups: number[][] } | null {
  // Boundaries that mean nothing in memory must not stand in the way.
  const storage = normalStorage(given);
  invariant(elementCount(storage.factors) === elementCount(shape), 'storage and shape differ in size');
  const factors: number[] = [];
  const pieces: number[][] = storage.factors.map(() => []);
  const groups: number[][] = [];
  let source = 0;
  let left = storage.factors[0] ?? 1;
  for (const dimension of shape) {
    const group: number[] = [];
    let want = dimension;
    while (want > 1) {
      while (left === 1) left = storage.factors[++source];
      const take = greatestOuter(left, want);
      if (take === null) return null;
      pieces[source].push(factors.length);
      group.push(factors.length);
      factors.push(take);
      left /= take;
      want /= take;
    }
    groups.push(group);
  }
  const order = storage.order.flatMap((factor) => pieces[factor]);
  return { storage: { factors, order }, groups };
}

/** How much of `available` the wanted size takes: all of the smaller one, when it divides the larger one. */
function greatestOuter(available: number, want: number): number | null {
  const take = Math.min(available, want);
  return available % take === 0 && want % take === 0 ? take : null;
}

/** Element stride of every dimension of `shape`, or null when some dimension has no single stride. */
export function dimensionStrides(storage: Storage, shape: Shape): number[] | null {
  if (elementCount(shape) === 0) return shape.map(() => 0);
  const refined = refine(storage, shape);
  if (!refined) return null;
  const { factors } = refined.storage;
  const strides = factorStrides(refined.storage);
  const result: number[] = [];
  for (const group of refined.groups) {
    for (let i = 1; i < group.length; i++) {
      if (strides[group[i - 1]] !== strides[group[i]] * factors[group[i]]) return null;
    }
    result.push(group.length === 0 ? 0 : strides[group.at(-1)!]);
  }
  return result;
}

/** Storage of the transposed view: output dimension i is input dimension perm[i]. Null when it has no factor split. */
export function transposeStorage(storage: Storage, shape: Shape, perm: readonly number[]): Storage | null {
  const refined = refine(storage, shape);
  if (!refined) return null;
  const moved = perm.flatMap((dimension) => refined.groups[dimension]);
  return {
    factors: moved.map((factor) => refined.storage.factors[factor]),
    order: refined.storage.order.map((factor) => moved.indexOf(factor)),
  };
}

/** For each element in memory order, its row-major index. */
export function memoryToIndex(storage: Storage): Int32Array {
  const count = elementCount(storage.factors);
  const result = new Int32Array(count);
  const indexStrides = new Array<number>(storage.factors.length);
  let step = 1;
  for (let i = storage.factors.length - 1; i >= 0; i--) {
    indexStrides[i] = step;
    step *= storage.factors[i];
  }
  const sizes = storage.order.map((factor) => storage.factors[factor]);
  const strides = storage.order.map((factor) => indexStrides[factor]);
  const counter = new Array<number>(sizes.length).fill(0);
  let index = 0;
  for (let position = 0; position < count; position++) {
    result[position] = index;
    for (let d = sizes.length - 1; d >= 0; d--) {
      index += strides[d];
      if (++counter[d] < sizes[d]) break;
      index -= strides[d] * sizes[d];
      counter[d] = 0;
    }
  }
  return result;
}
