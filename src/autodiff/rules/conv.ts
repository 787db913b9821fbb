import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import type { ValueName } from '../../ir/types.ts';
import type { Backward, GradientRules } from '../rule.ts';
import { type Window, windowOf } from '../window.ts';
import { convInputGradient } from './conv-input.ts';
import { convWeightGradient } from './conv-weights.ts';

/** Any number of spatial dimensions, strides, dilations, pads and groups. */
export const convRules: GradientRules = {
  Conv({ build, node, dy, input, shape, to }) {
    const group = intAttribute(node, 'group', 1);
    const window = windowOf(node, shape(0), build.shape(dy), shape(1).slice(2));
    to(0, () => convInputGradient(build, dy, input(1), { window, group, x: shape(0) }));
    to(1, () => convWeightGradient(build, input(0), dy, { window, group }));
    to(2, () => overChannels(dy, build));
  },
  /** The convolution from y to x is the one that this operator runs backwards. */
  ConvTranspose(back) {
    const { build, node, dy, input, shape, to } = back;
    const group = intAttribute(node, 'group', 1);
    const window = transposedWindow(back);
    const { kernel, strides, dilations, begins, ends } = window;
    const pads = [...begins, ...ends.map((count) => Math.max(0, count))];
    to(0, () => {
      const cropped = build.pad(dy, [0, 0, ...kernel.map(() => 0), 0, 0, ...ends.map((count) => Math.min(0, count))]);
      return build.op('Conv', [cropped, input(1)], shape(0), { strides, dilations, pads, group });
    });
    to(1, () => convWeightGradient(build, dy, input(0), { window, group }));
    to(2, () => overChannels(dy, build));
  },
};

/** Sum over batch and space. */
function overChannels(dy: ValueName, build: Backward['build']): ValueName {
  const axes = [...build.shape(dy).keys()].filter((axis) => axis !== 1);
  return build.reduce('ReduceSum', dy, axes, false);
}

function transposedWindow({ build, node, dy, shape, refuse }: Backward): Window {
  const automatic = (node.attributes.auto_pad ?? 'NOTSET') !== 'NOTSET' || 'output_shape' in node.attributes;
  if (automatic) return refuse('its pads are not explicit: run the pass canonicalize before');
  const kernel = shape(1).slice(2);
  const none = new Array<number>(2 * kernel.length).fill(0);
  const pads = intsAttribute(node, 'pads', none).slice(0, kernel.length);
  return windowOf({ ...node, attributes: { ...node.attributes, pads } }, build.shape(dy), shape(0), kernel);
}
