import { intAttribute, intsAttribute } from '../../ir/attributes.ts';
import { elementCount, sameShape } from '../../ir/shape.ts';
import type { ValueName } from '../../ir/types.ts';
import type { Backward, GradientRules } from '../rule.ts';
import { type Window, windowOf } from '../window.ts';

export const poolRules: GradientRules = {
  /** To the element that won, by its index in the flat input; where windows overlap an element may win often. */
  MaxPool({ build, node, dy, shape, to, refuse }) {
    if (intAttribute(node, 'storage_order', 0) !== 0) return refuse('storage_order must be 0');
    to(0, () => {
      const type = build.draft.type(dy);
      const [, indices] = build.outputsOf(node, [type, { ...type, dtype: 'i64' }]);
      const flat = [elementCount(shape(0))];
      const count = [elementCount(type.shape)];
      const scattered = build.op(
        'ScatterElements',
        [build.zeros(flat), build.reshape(indices, count), build.reshape(dy, count)],
        flat,
        { axis: 0, reduction: 'add' },
      );
      return build.reshape(scattered, shape(0));
    });
  },
  AveragePool(back) {
    const { build, dy, shape, to } = back;
    const window = poolWindow(back);
    const [, channels, ...size] = shape(0);
    to(0, () => {
      const shares = build.mul(dy, averageShares(back));
      const whole = sameShape(window.kernel, size) && window.begins.every((count) => count === 0);
      return whole ? build.expand(shares, shape(0)) : spread(shares, window, channels, back);
    });
  },
  GlobalAveragePool({ build, dy, shape, to }) {
    to(0, () => build.expand(build.scale(dy, 1 / elementCount(shape(0).slice(2))), shape(0)));
  },
  /** In equal parts to all elements that are the largest. */
  GlobalMaxPool({ build, dy, input, output, shape, to }) {
    const axes = [...shape(0).keys()].slice(2);
    to(0, () => {
      const largest = build.cast(build.compare('Equal', input(0), output), 'f32');
      return build.mul(largest, build.div(dy, build.reduce('ReduceSum', largest, axes)));
    });
  },
};

/** Every element of dy added to all places of its window. */
function spread(dy: ValueName, window: Window, channels: number, { build, shape }: Backward): ValueName {
  const { kernel, strides, dilations, begins, ends } = window;
  const ones = build.constant('ones', [channels, 1, ...kernel], new Array(channels * elementCount(kernel)).fill(1));
  const attributes = {
    strides,
    dilations,
    group: channels,
    pads: [...begins, ...ends.map((count) => Math.max(0, count))],
    output_padding: ends.map((count) => Math.max(0, -count)),
  };
  return build.op('ConvTranspose', [dy, ones], shape(0), attributes);
}

/** One over the number of elements that each window averages, [...out]: pads count if asked for, what lies beyond never. */
export function averageShares(back: Backward): ValueName {
  const { build, node, dy, shape } = back;
  const { kernel, strides, dilations, begins } = poolWindow(back);
  const out = build.shape(dy).slice(2);
  const countPads = intAttribute(node, 'count_include_pad', 0) === 1;
  const pads = intsAttribute(node, 'pads', new Array(2 * kernel.length).fill(0));
  const counts = kernel.map((taps, i) => {
    const low = countPads ? -begins[i] : 0;
    const high = shape(0)[i + 2] + (countPads ? Math.max(pads[kernel.length + i], 0) : 0);
    return Array.from({ length: out[i] }, (_, o) => {
      const places = Array.from({ length: taps }, (_, t) => o * strides[i] - begins[i] + t * dilations[i]);
      return places.filter((place) => place >= low && place < high).length;
    });
  });
  if (counts.every((list) => list.every((count) => count === list[0]))) {
    return build.scalar(1 / counts.reduce((product, [count]) => product * count, 1));
  }
  const shares = counts.reduce<number[]>((all, list) => all.flatMap((a) => list.map((count) => a / count)), [1]);
  return build.constant('shares', out, shares);
}

function poolWindow({ build, node, dy, shape }: Backward): Window {
  return windowOf(node, shape(0), build.shape(dy), intsAttribute(node, 'kernel_shape', []));
}
