import type { Shape, Tensor } from '../../ir/types.ts';
import type { Rng } from '../../numerics/rng.ts';

export interface Augmentation {
  /** Largest move along each of the last two axes, in elements; what comes in repeats the border. */
  readonly shift: number;
  /** Mirrored along the last axis, every other on average. */
  readonly flip: boolean;
}

/** How a sample is moved: its image, and its labels where each place has one. */
export interface Move {
  readonly dy: number;
  readonly dx: number;
  readonly mirror: boolean;
}

/** Null: as it is. */
export function drawMove({ shift, flip }: Augmentation, rng: Rng): Move | null {
  if (shift === 0 && !flip) return null;
  const [dy, dx] = [rng.int(-shift, shift), rng.int(-shift, shift)];
  return { dy, dx, mirror: flip && rng.uniform() < 0.5 };
}

/** An image [1, channels, height, width]; tensors of another rank stay as they are. */
export function moveImage(tensor: Tensor, move: Move | null): Tensor {
  if (move === null || tensor.shape.length !== 4 || tensor.dtype !== 'f32') return tensor;
  return { ...tensor, data: moved(tensor.data as Float32Array, tensor.shape.slice(1), move) };
}

/** Numbers [..., height, width]. */
export function moved<T extends Float32Array | Int32Array>(source: T, shape: Shape, { dy, dx, mirror }: Move): T {
  const [height, width] = shape.slice(-2) as [number, number];
  const data = source.slice() as T;
  const inside = (place: number, size: number) => Math.min(Math.max(place, 0), size - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = inside(y + dy, height) * width + inside((mirror ? width - 1 - x : x) + dx, width);
      for (let plane = 0; plane < data.length; plane += height * width) {
        data[plane + y * width + x] = source[plane + from];
      }
    }
  }
  return data;
}
