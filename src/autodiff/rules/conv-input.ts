import { elementCount } from '../../ir/shape.ts';
import type { Shape, ValueName } from '../../ir/types.ts';
import type { Builder } from '../builder.ts';
import { extentOf, type Window } from '../window.ts';

/**
 * Gradient by the input of y = Conv(x, w): with stride 1 the convolution of dy with w turned round, else the
 * ConvTranspose that runs the same window the other way.
 */
export function convInputGradient(
  build: Builder,
  dy: ValueName,
  weights: ValueName,
  { window, group, x }: { readonly window: Window; readonly group: number; readonly x: Shape },
): ValueName {
  const { kernel, strides, dilations, begins, ends } = window;
  const backBegins = kernel.map((_, i) => extentOf(window, i) - 1 - begins[i]);
  const backEnds = kernel.map((_, i) => extentOf(window, i) - 1 - ends[i]);
  const turned = strides.every((stride) => stride === 1) && [...backBegins, ...backEnds].every((count) => count >= 0);
  if (turned) {
    const attributes = { pads: [...backBegins, ...backEnds], dilations, group };
    return build.op('Conv', [dy, turnRound(build, weights, group)], x, attributes);
  }
  const pads = [...begins, ...ends.map((count) => Math.max(0, count))];
  const output_padding = ends.map((count) => Math.max(0, -count));
  return build.op('ConvTranspose', [dy, weights], x, { strides, dilations, pads, group, output_padding });
}

/** [M, C/g, ...k] -> [C, M/g, ...k], every kernel read backwards. */
function turnRound(build: Builder, weights: ValueName, group: number): ValueName {
  const [m, c, ...kernel] = build.shape(weights);
  const axes = kernel.map((_, i) => i);
  let turned = weights;
  if (elementCount(kernel) > 1) for (const i of axes) if (kernel[i] > 1) turned = build.reverse(turned, i + 2);
  const grouped = build.reshape(turned, [group, m / group, c, ...kernel]);
  const swapped = build.transpose(grouped, [0, 2, 1, ...axes.map((i) => i + 3)]);
  return build.reshape(swapped, [group * c, m / group, ...kernel]);
}
