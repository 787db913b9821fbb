import { intsAttribute } from '../ir/attributes.ts';
import type { Node, Shape } from '../ir/types.ts';
import { beginPads } from '../ir/window.ts';

/** Where the window of a convolution or pool stands, one number per spatial dimension. */
export interface Window {
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros that the windows see before the input. */
  readonly begins: readonly number[];
  /** And after it; negative where the last elements of the input meet no window. */
  readonly ends: readonly number[];
}

/** Of a node from x [N, C, ...spatial] to y, its auto_pad resolved. */
export function windowOf(node: Node, x: Shape, y: Shape, kernel: Shape): Window {
  const ones = new Array<number>(kernel.length).fill(1);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const begins = beginPads(node, x, y, kernel, strides, dilations);
  const ends = kernel.map((_, i) => reach({ kernel, strides, dilations }, i, y[i + 2]) - x[i + 2] - begins[i]);
  return { kernel, strides, dilations, begins, ends };
}

/** Elements from the first to the last one that a window reads. */
export function extentOf({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>, axis: number): number {
  return (kernel[axis] - 1) * dilations[axis] + 1;
}

/** Elements from the first one of the first window to the last one of the last. */
function reach(window: Pick<Window, 'kernel' | 'dilations' | 'strides'>, axis: number, outputs: number): number {
  return (outputs - 1) * window.strides[axis] + extentOf(window, axis);
}
