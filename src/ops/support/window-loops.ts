import { intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { Node, Shape } from '../../ir/types.ts';
import { beginPads, samePads } from '../../ir/window.ts';
import { sumText } from './loops.ts';

/** One spatial dimension of a window: input size, window size, and how they meet. */
export interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first and after the last element. */
  readonly begin: number;
  readonly end: number;
}

/** A convolution's or pool's window of any spatial rank. */
export function windowAxes(node: Node, x: Shape, y: Shape, kernel: Shape): WindowAxis[] {
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, 'strides', ones);
  const dilations = intsAttribute(node, 'dilations', ones);
  const begins = beginPads(node, x, y, kernel, strides, dilations);
  const same = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const pads = intsAttribute(node, 'pads', []);
  return kernel.map((size, i) => ({
    size: x[i + 2],
    kernel: size,
    stride: strides[i],
    dilation: dilations[i],
    begin: begins[i],
    end: same
      ? samePads(node, {
          size: x[i + 2],
          outputs: y[i + 2],
          kernel: size,
          stride: strides[i],
          dilation: dilations[i],
        }) - begins[i]
      : (pads[kernel.length + i] ?? 0),
  }));
}

/**
 * C loops k0, k1, ... over the window of the output position `at` (one expression per dimension); p0, p1, ... are the
 * input positions. Padding is left out, except what `padded` lets through: then p may lie outside the input.
 */
export function windowLoops(
  axes: readonly WindowAxis[],
  at: readonly string[],
  body: readonly string[],
  padded = false,
): string[] {
  return nest(axes, body, (axis, i) => {
    const position = sumText([at[i], `k${i}`], [axis.stride, axis.dilation], -axis.begin);
    const limit = padded ? axis.size + axis.end : axis.size;
    return [
      `const int32_t p${i} = ${position};`,
      ...skip(padded ? `p${i} >= ${limit}` : `p${i} < 0 || p${i} >= ${limit}`),
    ];
  });
}

/** The transposed window: input position p contributes to output position p stride + k dilation - begin. */
export function transposedLoops(axes: readonly WindowAxis[], at: readonly string[], body: readonly string[]): string[] {
  return nest(axes, body, (axis, i) => {
    const position = `const int32_t t${i} = ${sumText([at[i], `k${i}`], [1, -axis.dilation], axis.begin)};`;
    if (axis.stride === 1) return [position.replace(`t${i}`, `p${i}`), ...skip(`p${i} < 0 || p${i} >= ${axis.size}`)];
    return [
      position,
      `const int32_t p${i} = t${i} / ${axis.stride};`,
      ...skip(`t${i} < 0 || p${i} * ${axis.stride} != t${i} || p${i} >= ${axis.size}`),
    ];
  });
}

function skip(condition: string): string[] {
  return [`if (${condition}) {`, '    continue;', '}'];
}

function nest(
  axes: readonly WindowAxis[],
  body: readonly string[],
  head: (axis: WindowAxis, i: number) => readonly string[],
  i = 0,
): string[] {
  const axis = axes[i];
  if (!axis) return [...body];
  const inner = [...head(axis, i), ...nest(axes, body, head, i + 1)].map((line) => `    ${line}`);
  return [`for (int32_t k${i} = 0; k${i} < ${axis.kernel}; k${i}++) {`, ...inner, '}'];
}

/** p0 * stride + p1 * stride: the offset of an input position. */
export function positionText(strides: readonly number[], prefix = 'p'): string {
  return sumText(
    strides.map((_, i) => `${prefix}${i}`),
    strides,
  );
}
