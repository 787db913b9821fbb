import type { Tensor } from '../../ir/types.ts';
import type { Rng } from '../../numerics/rng.ts';

export interface Augmentation {
  /** Largest move along each of the last two axes, in elements; what comes in repeats the border. */
  readonly shift: number;
  /** Mirrored along the last axis, every other on average. */
  readonly flip: boolean;
}

/** A sample [1, channels, height, width], moved and mirrored at random; tensors of another rank stay as they are. */
export function augment(tensor: Tensor, { shift, flip }: Augmentation, rng: Rng): Tensor {
  if (tensor.shape.length !== 4 || tensor.dtype !== 'f32' || (shift === 0 && !flip)) return tensor;
  const [dy, dx] = [rng.int(-shift, shift), rng.int(-shift, shift)];
  const mirror = flip && rng.uniform() < 0.5;
  const [, channels, height, width] = tensor.shape;
  const source = tensor.data as Float32Array;
  const data = new Float32Array(source.length);
  const inside = (place: number, size: number) => Math.min(Math.max(place, 0), size - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = inside(y + dy, height) * width + inside((mirror ? width - 1 - x : x) + dx, width);
      for (let c = 0; c < channels; c++) {
        data[(c * height + y) * width + x] = source[c * height * width + from];
      }
    }
  }
  return { ...tensor, data };
}
