import type { Rng } from '../../src/numerics/rng.ts';
import type { Drawn } from '../training/example.ts';

/** Images are SIZE x SIZE grey pixels. */
export const SIZE = 32;
export const CLASSES = ['ground', 'disc', 'square', 'cross'] as const;

/** Whether a point lies in the shape drawn around the origin with radius 1; in the order of CLASSES, without the ground. */
const INSIDE: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y < 0.8,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.8,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.3 && Math.max(Math.abs(x), Math.abs(y)) < 1,
];

/** Corners of the cells that the ground's brightness is interpolated in, along an axis. */
const CORNERS = 5;

/**
 * Two to four shapes on a ground of uneven brightness under noise, and for each pixel the class that its centre shows; later
 * shapes cover earlier ones. Only + - * / and comparisons: every machine draws the same bytes.
 */
export function drawScene(rng: Rng): Drawn {
  const corners = Array.from({ length: CORNERS * CORNERS }, () => rng.int(20, 110));
  const noise = rng.int(4, 20);
  const shapes = Array.from({ length: rng.int(2, 4) }, () => placeShape(rng));
  const labels = new Uint8Array(SIZE * SIZE);
  const values = new Uint8Array(SIZE * SIZE);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const [x, y] = [(pixel % SIZE) + 0.5, Math.floor(pixel / SIZE) + 0.5];
    const shape = shapes.findLast((one) => one.covers(x, y));
    labels[pixel] = shape?.label ?? 0;
    const grey = ground(corners, x, y) + (shape?.contrast ?? 0) + rng.int(-noise, noise);
    values[pixel] = Math.max(0, Math.min(255, Math.round(grey)));
  }
  return { values, labels };
}

interface Placed {
  /** Index into CLASSES. */
  readonly label: number;
  /** Grey levels above the ground. */
  readonly contrast: number;
  covers(x: number, y: number): boolean;
}

function placeShape(rng: Rng): Placed {
  const label = rng.int(1, CLASSES.length - 1);
  const radius = 4 + 4 * rng.uniform();
  const [centreX, centreY] = [SIZE * rng.uniform(), SIZE * rng.uniform()];
  return {
    label,
    contrast: rng.int(60, 120),
    covers: (x, y) => INSIDE[label - 1]((x - centreX) / radius, (y - centreY) / radius),
  };
}

/** Linear between the corners. */
function ground(corners: readonly number[], x: number, y: number): number {
  const cell = SIZE / (CORNERS - 1);
  const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
  const [right, down] = [x / cell - column, y / cell - row];
  const at = (r: number, c: number) => corners[r * CORNERS + c];
  const above = at(row, column) + right * (at(row, column + 1) - at(row, column));
  const below = at(row + 1, column) + right * (at(row + 1, column + 1) - at(row + 1, column));
  return above + down * (below - above);
}
