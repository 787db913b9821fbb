import { elementCount } from '../../ir/shape.ts';
import type { Rng } from '../../numerics/rng.ts';
import type { LayerWindow, WeightLayer } from './weight-layer.ts';

/**
 * Where the outputs of a layer read their inputs: `offsets[i]` for the i-th weight of the row of a group at one output
 * position, an element of the input tensor or -1 for padding (real zero).
 */
export interface Patches {
  /** Output positions of one inference: pixels, or rows of a matrix product. */
  readonly positions: number;
  fill(position: number, group: number, offsets: Int32Array): void;
}

export function patchesOf({ window, inputShape, depth, groups }: WeightLayer): Patches {
  if (!window) {
    return {
      positions: inputShape.reduce((a, b) => a * b, 1) / depth,
      fill(position, _group, offsets) {
        for (let i = 0; i < depth; i++) offsets[i] = position * depth + i;
      },
    };
  }
  const { batch, channels, axes } = window;
  const perGroup = channels / groups;
  const pixels = elementCount(axes.map(({ outputs }) => outputs));
  const size = elementCount(axes.map((axis) => axis.size));
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  return {
    positions: batch * pixels,
    fill(position, group, offsets) {
      const image = Math.floor(position / pixels) * channels;
      let i = 0;
      for (let c = 0; c < perGroup; c++) {
        const plane = (image + group * perGroup + c) * size;
        for (let tap = 0; tap < taps; tap++) {
          const place = placeOf(axes, position % pixels, tap);
          offsets[i++] = place < 0 ? -1 : plane + place;
        }
      }
    },
  };
}

/** The element of a channel that a tap of the window at an output position sees, or -1 for padding. */
function placeOf(axes: LayerWindow['axes'], position: number, tap: number): number {
  let place = 0;
  let step = 1;
  let [output, weight] = [position, tap];
  for (let d = axes.length - 1; d >= 0; d--) {
    const { size, outputs, kernel, stride, dilation, begin } = axes[d];
    const at = (output % outputs) * stride - begin + (weight % kernel) * dilation;
    if (at < 0 || at >= size) return -1;
    place += at * step;
    step *= size;
    output = Math.floor(output / outputs);
    weight = Math.floor(weight / kernel);
  }
  return place;
}

/** The element of the output tensor at a position, for one output channel. */
export function outputElement({ window, rows }: WeightLayer, position: number, row: number): number {
  if (!window) return position * rows + row;
  const pixels = elementCount(window.axes.map(({ outputs }) => outputs));
  return (Math.floor(position / pixels) * rows + row) * pixels + (position % pixels);
}

/** `count` of the positions 0 .. total - 1, ascending, each as likely as any other. All of them when count >= total. */
export function choosePositions(total: number, count: number, rng: Rng): Int32Array {
  const all = Int32Array.from({ length: total }, (_, i) => i);
  return count >= total ? all : rng.shuffle(all).subarray(0, count).sort();
}
