import { elementCount } from '../../ir/shape.ts';
import type { Shape, ValueName } from '../../ir/types.ts';
import type { Builder } from '../builder.ts';
import type { Window } from '../window.ts';

/**
 * Gradient by the weights [M, C/g, ...k] of y = Conv(x, w): one group by the matrix of all windows and one product per
 * sample, several groups by a convolution of x with dy in which batch and channels change places.
 */
export function convWeightGradient(
  build: Builder,
  x: ValueName,
  dy: ValueName,
  { window, group }: { readonly window: Window; readonly group: number },
): ValueName {
  return group === 1 ? denseGradient(build, x, dy, window) : groupedGradient(build, x, dy, window, group);
}

/** Sum over samples of dy [M, P] x columns [k C, P] transposed. */
function denseGradient(build: Builder, x: ValueName, dy: ValueName, window: Window): ValueName {
  const [n, m, ...out] = build.shape(dy);
  const c = build.shape(x)[1];
  const taps = elementCount(window.kernel);
  const columns = windowColumns(build, x, out, window);
  const product = build.matmul(build.reshape(dy, [n, m, elementCount(out)]), columns, { transB: true });
  const sum = build.reshape(build.reduce('ReduceSum', product, [0], false), [m, taps, c]);
  return build.reshape(build.transpose(sum, [0, 2, 1]), [m, c, ...window.kernel]);
}

/** x [N, C, ...in] -> [N, k C, P]: for each tap of the kernel, what all windows see under it. */
function windowColumns(
  build: Builder,
  x: ValueName,
  out: Shape,
  { kernel, strides, dilations, begins, ends }: Window,
): ValueName {
  const [n, c] = build.shape(x);
  const padded = build.pad(x, [0, 0, ...begins, 0, 0, ...ends]);
  const taps = tapsOf(kernel).map((tap) => {
    let seen = padded;
    for (const [i, at] of tap.entries()) {
      const start = at * dilations[i];
      seen = build.slice(seen, i + 2, start, start + strides[i] * (out[i] - 1) + 1, strides[i]);
    }
    return build.reshape(seen, [n, c, elementCount(out)]);
  });
  return build.concat(taps, 1);
}

/** All positions in a kernel, in row-major order. */
function tapsOf(kernel: Shape): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** Strides and dilations change places too; windows beyond the kernel are cut off. */
function groupedGradient(build: Builder, x: ValueName, dy: ValueName, window: Window, group: number): ValueName {
  const { kernel, strides, dilations, begins, ends } = window;
  const [n, channels, ...size] = build.shape(x);
  const c = channels / group;
  const axes = kernel.map((_, i) => i);
  const grouped = build.reshape(x, [n, group, c, ...size]);
  const swapped = build.transpose(grouped, [2, 1, 0, ...axes.map((i) => i + 3)]);
  const samples = build.reshape(swapped, [c, group * n, ...size]);
  const filters = build.transpose(dy, [1, 0, ...axes.map((i) => i + 2)]);
  const m = build.shape(dy)[1];
  const pads = [...begins, ...ends.map((count) => Math.max(0, count))];
  const reached = kernel.map((taps, i) => taps + Math.floor(Math.max(0, -ends[i]) / dilations[i]));
  const attributes = { strides: dilations, dilations: strides, pads, group };
  let gradient = build.op('Conv', [samples, filters], [c, m, ...reached], attributes);
  for (const i of axes) gradient = build.slice(gradient, i + 2, 0, kernel[i]);
  return build.transpose(gradient, [1, 0, ...axes.map((i) => i + 2)]);
}
