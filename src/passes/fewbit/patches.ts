import type { Rng } from '../../numerics/rng.ts';
import type { WeightLayer } from './weight-layer.ts';

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
  const s = window;
  const perGroup = s.in_c / groups;
  const pixels = s.out_h * s.out_w;
  return {
    positions: s.batch * pixels,
    fill(position, group, offsets) {
      const image = Math.floor(position / pixels) * s.in_c;
      const top = Math.floor((position % pixels) / s.out_w) * s.stride_h - s.pad_top;
      const left = (position % s.out_w) * s.stride_w - s.pad_left;
      let i = 0;
      for (let c = 0; c < perGroup; c++) {
        const plane = (image + group * perGroup + c) * s.in_h;
        for (let ky = 0; ky < s.kernel_h; ky++) {
          const y = top + ky * s.dilation_h;
          for (let kx = 0; kx < s.kernel_w; kx++) {
            const x = left + kx * s.dilation_w;
            const inside = y >= 0 && y < s.in_h && x >= 0 && x < s.in_w;
            offsets[i++] = inside ? (plane + y) * s.in_w + x : -1;
          }
        }
      }
    },
  };
}

/** The element of the output tensor at a position, for one output channel. */
export function outputElement({ window, rows }: WeightLayer, position: number, row: number): number {
  if (!window) return position * rows + row;
  const pixels = window.out_h * window.out_w;
  return (Math.floor(position / pixels) * rows + row) * pixels + (position % pixels);
}

/** `count` of the positions 0 .. total - 1, ascending, each as likely as any other. All of them when count >= total. */
export function choosePositions(total: number, count: number, rng: Rng): Int32Array {
  const all = Int32Array.from({ length: total }, (_, i) => i);
  return count >= total ? all : rng.shuffle(all).subarray(0, count).sort();
}
