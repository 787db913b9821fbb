import type { LayerSpec } from '../ir/lowering.ts';
import type { Json } from '../ir/program.ts';
import { type WindowShape, windowParams } from '../ir/window.ts';

/** An argument: a name of the layer function or a table, or a number with what it is. */
export type Argument = string | { readonly [what: string]: number | string };

/** Weights of few bits that are unpacked first: `rows` of them, in a loop that may hold the call, or `taps`, all at once. */
interface Unpacked {
  readonly rows?: Json;
  readonly taps?: Json;
}

/** A layer that is one call, of `kernel`: with its window first, if it has one. */
export function kernelCall(
  kernel: string,
  shape: WindowShape | null,
  list: readonly Argument[],
  { rows = null, taps = null }: Unpacked = {},
): Pick<LayerSpec, 'template' | 'params'> {
  return {
    template: 'kernel',
    params: {
      kernel,
      shape: shape && windowParams(shape),
      arguments: list.map(text).join(', '),
      rows,
      taps,
      clamp: null,
    },
  };
}

/** '/* zero point *\/ -128' */
function text(argument: Argument): string {
  if (typeof argument === 'string') return argument;
  return Object.entries(argument)
    .map(([what, value]) => `/* ${what} */ ${value}`)
    .join(', ');
}
