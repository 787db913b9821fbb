import type { Operand } from './lowering.ts';
import type { Json } from './program.ts';
import { dimensionStrides, refine, sameStorage } from './storage.ts';

/** What of an operand a walk depends on. */
export type Walked = Pick<Operand, 'shape' | 'storage'>;

/** Loops from the outermost to the innermost; strides[loop][operand] in elements. */
export interface LoopNest {
  readonly sizes: number[];
  readonly strides: number[][];
}

/** Drops loops of one round and joins neighbours that every operand walks as one. At least one loop remains. */
export function mergeLoops(sizes: readonly number[], strides: readonly (readonly number[])[]): LoopNest {
  const nest: LoopNest = { sizes: [], strides: [] };
  sizes.forEach((size, i) => {
    if (size === 1) return;
    const last = nest.sizes.length - 1;
    const joins = last >= 0 && nest.strides[last].every((stride, operand) => stride === strides[i][operand] * size);
    if (joins) {
      nest.sizes[last] *= size;
      nest.strides[last] = [...strides[i]];
    } else {
      nest.sizes.push(size);
      nest.strides.push([...strides[i]]);
    }
  });
  if (nest.sizes.length === 0) {
    nest.sizes.push(1);
    nest.strides.push(strides[0] ? strides[0].map(() => 0) : []);
  }
  return nest;
}

/**
 * Loops over the output's memory order for an element-wise operator with ONNX (multidirectional) broadcasting.
 * Operands: inputs first, output last. Null when a layout does not allow it (read row-major then).
 */
export function broadcastNest(inputs: readonly Walked[], output: Walked): LoopNest | null {
  const alike = inputs.every((input) => liesAs(input, output));
  const count = output.shape.reduce((a, b) => a * b, 1);
  if (alike || count === 0) return { sizes: [count], strides: [[...inputs, output].map(() => 1)] };
  if (count === 1) return { sizes: [1], strides: [[...inputs, output].map(() => 0)] };
  const outputStrides = dimensionStrides(output.storage, output.shape);
  const refined = refine(output.storage, output.shape);
  if (!outputStrides || !refined) return null;
  const inputStrides = inputs.map((input) => broadcastStrides(input, output.shape.length));
  if (inputStrides.some((strides) => strides === null)) return null;

  const dimensions = output.shape.map((_, i) => i).filter((i) => output.shape[i] !== 1);
  dimensions.sort((a, b) => outputStrides[b] - outputStrides[a]);
  return mergeLoops(
    dimensions.map((i) => output.shape[i]),
    dimensions.map((i) => [...inputStrides.map((strides) => strides![i]), outputStrides[i]]),
  );
}

/** Of the same shape and layout. */
export function liesAs(one: Walked, other: Walked): boolean {
  return one.shape.join() === other.shape.join() && sameStorage(one.storage, other.storage);
}

/** Strides of an operand seen through the output's rank: 0 where it is repeated. */
function broadcastStrides(input: Walked, rank: number): number[] | null {
  const strides = dimensionStrides(input.storage, input.shape);
  if (!strides) return null;
  const missing = rank - input.shape.length;
  return Array.from({ length: rank }, (_, i) => {
    const own = i - missing;
    return own < 0 || input.shape[own] === 1 ? 0 : strides[own];
  });
}

/** 'i0 * 64 + i1', or '0' when the operand does not move. */
export function indexText(nest: LoopNest, operand: number): string {
  const terms = nest.sizes.flatMap((_, i) => {
    const stride = nest.strides[i][operand];
    if (stride === 0) return [];
    return [stride === 1 ? `i${i}` : `i${i} * ${stride}`];
  });
  return terms.length === 0 ? '0' : terms.join(' + ');
}

/** Parameters of the loops in a layer's template. */
export function nestParams(nest: LoopNest): { [key: string]: Json } {
  const indent = (depth: number) => '    '.repeat(depth + 1);
  return {
    loops: nest.sizes.map((size, i) => ({ name: `i${i}`, size, pad: indent(i) })),
    pad: indent(nest.sizes.length),
    ends: nest.sizes.map((_, i) => `${indent(nest.sizes.length - 1 - i)}}`),
  };
}
