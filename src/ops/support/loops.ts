import { mergeLoops } from '../../ir/loop-nest.ts';
import type { Json } from '../../ir/program.ts';
import { rowMajorStrides } from '../../ir/shape.ts';
import type { Shape } from '../../ir/types.ts';
import type { Operand } from '../op-def.ts';
import { assignText, type Elements, elementText } from './element.ts';

/** How an index moves with the dimensions of a loop nest: one stride per dimension, in elements, from a start. */
export interface Walk {
  readonly strides: readonly number[];
  readonly start?: number;
}

/** Loops as C text needs them: sizes from the outermost to the innermost, and each walk's index as an expression. */
export interface Loops<K extends string> {
  readonly sizes: readonly number[];
  readonly at: Readonly<Record<K, string>>;
  /** Number of loops after which this index is settled. */
  readonly depth: Readonly<Record<K, number>>;
}

export interface LoopOptions {
  /** Name prefix of the loop variables: i0, i1, ... */
  readonly prefix?: string;
}

/**
 * Loops over all dimensions of `shape`, the slowest in memory first as the walk `along` lies; dimensions of 1 are
 * dropped and neighbours that every walk steps through as one are joined.
 */
export function loopsOver<K extends string>(
  shape: Shape,
  along: NoInfer<K>,
  walks: Readonly<Record<K, Walk>>,
  { prefix = 'i' }: LoopOptions = {},
): Loops<K> {
  const names = Object.keys(walks) as K[];
  const lead = walks[along].strides;
  const order = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  order.sort((a, b) => Math.abs(lead[b]) - Math.abs(lead[a]));
  const merged = mergeLoops(
    order.map((d) => shape[d]),
    order.map((d) => names.map((name) => walks[name].strides[d])),
  );
  const sizes = order.length === 0 ? [] : merged.sizes;
  const strides = (name: K) => sizes.map((_, loop) => merged.strides[loop][names.indexOf(name)]);
  const variables = sizes.map((_, loop) => `${prefix}${loop}`);
  const record = <T>(value: (name: K) => T) =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, T>;
  return {
    sizes,
    at: record((name) => sumText(variables, strides(name), walks[name].start ?? 0)),
    depth: record((name) => strides(name).findLastIndex((stride) => stride !== 0) + 1),
  };
}

/** 'i0 * 64 + i1 - i2 + 3' */
export function sumText(variables: readonly string[], factors: readonly number[], start = 0): string {
  const terms = variables.flatMap((name, i) => {
    const factor = factors[i];
    if (factor === 0) return [];
    const size = Math.abs(factor);
    return [`${factor < 0 ? '-' : '+'} ${size === 1 ? name : `${name} * ${size}`}`];
  });
  if (start !== 0 || terms.length === 0) terms.push(`${start < 0 ? '-' : '+'} ${Math.abs(start)}`);
  return terms.join(' ').replace(/^\+ /, '').replace(/^- /, '-');
}

/** C lines: the loops around `body`. */
export function inLoops(sizes: readonly number[], body: readonly string[], prefix = 'i', first = 0): string[] {
  if (sizes.length === 0) return [...body];
  const name = `${prefix}${first}`;
  const inner = inLoops(sizes.slice(1), body, prefix, first + 1);
  return [`for (int32_t ${name} = 0; ${name} < ${sizes[0]}; ${name}++) {`, ...inner.map((line) => `    ${line}`), '}'];
}

/** Loops whose body needs `lines` settled as soon as `depth` loops are entered, e.g. an index read from memory. */
export function inSplitLoops(
  sizes: readonly number[],
  depth: number,
  lines: readonly string[],
  body: readonly string[],
): string[] {
  return inLoops(sizes.slice(0, depth), [...lines, ...inLoops(sizes.slice(depth), body, 'i', depth)]);
}

/** Params of the 'lines' template. */
export function linesParams(lines: readonly string[]): { [key: string]: Json } {
  return { lines };
}

/** A walk that steps by one with dimension `d` only: its index is the position along `d`. */
export function position(rank: number, d: number): Walk {
  return { strides: Array.from({ length: rank }, (_, i) => (i === d ? 1 : 0)) };
}

/** Strides of an operand seen through a larger shape (ONNX broadcasting from the right): 0 where it is repeated. */
export function broadcastWalk(operand: Pick<Operand, 'shape' | 'strides'>, rank: number): Walk {
  const missing = rank - operand.shape.length;
  return {
    strides: Array.from({ length: rank }, (_, i) => {
      const own = i - missing;
      return own < 0 || operand.shape[own] === 1 ? 0 : operand.strides[own];
    }),
  };
}

/** The walk without dimension `d` (its stride set to 0). */
export function without(strides: readonly number[], d: number): number[] {
  return strides.map((stride, i) => (i === d ? 0 : stride));
}

/** Strides a constant or row-major table of this shape has. */
export function plainWalk(shape: Shape): Walk {
  return { strides: rowMajorStrides(shape) };
}

/** One side of a copy: an array and how its index walks. */
export interface Side extends Elements {
  readonly walk: Walk;
}

/** C lines that copy y = x over a shape, in y's memory order. */
export function copyLines(shape: Shape, x: Side, y: Side): string[] {
  const { sizes, at } = loopsOver(shape, 'y', { x: x.walk, y: y.walk });
  return inLoops(sizes, [assignText(y, at.y, elementText(x, at.x))]);
}
